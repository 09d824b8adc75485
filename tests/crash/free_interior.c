// tests/crash/free_interior.c - freeing an address that is no object's start is fatal, and
// the message says where it is: inside a small object, behind a span's last object,
// inside a large one, on the stack, in the program's image, in no memory at all.
// env: WHERE=small
// env: WHERE=rest
// env: WHERE=large
// env: WHERE=page
// env: WHERE=stack
// env: WHERE=none
// env: WHERE=object
// hosted: not any: the heap is the C library's
// stderr~: ^fatal error: free of a pointer that was not allocated: 0x[0-9a-f]+, (class 3 \(64 bytes\)|class [24] \((48|80) bytes\)|(inside a )?large object of 1048576 bytes|not in the heap|a stack of 2048 bytes|in an object of (64|1048576) bytes)$
// exit: 2
#include <rt.h>

// The end of the span that p is the first object of, a few bytes before its pages' end.
static char *rest(char *p)
{
	return (char *)(((uintptr_t)p | 8191) - 31);
}

int rt_main(int argc, char **argv)
{
	static char image[16];
	char local[16];

	(void)argc, (void)argv;
	switch (rt_getenv("WHERE")[1]) {
	case 'm':
		rt_free((char *)rt_malloc(64) + 16);
		break;
	case 'e':
		rt_free(rest(rt_malloc(48)));
		break;
	case 'a':
		if (rt_getenv("WHERE")[0] == 'l')
			rt_free((char *)rt_malloc(1 << 20) + 16);
		else
			rt_free((char *)rt_malloc(1 << 20) + (64 << 10));
		break;
	case 't':
		rt_free(local);
		break;
	case 'b': // of the program's image
		rt_free(image);
		break;
	case 'o':
		rt_free((void *)4096);
		break;
	}
	return 0;
}
