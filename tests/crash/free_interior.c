// tests/crash/free_interior.c - freeing an address that is no object's start is fatal:
// inside a small object, inside a large one, on the stack.
// env: WHERE=small
// env: WHERE=large
// env: WHERE=stack
// stderr: fatal error: free of a pointer that was not allocated
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	char local[16];

	(void)argc, (void)argv;
	switch (rt_getenv("WHERE")[1]) {
	case 'm':
		rt_free((char *)rt_malloc(64) + 16);
		break;
	case 'a':
		rt_free((char *)rt_malloc(1 << 20) + (64 << 10));
		break;
	case 't':
		rt_free(local);
		break;
	}
	return 0;
}
