// tests/crash/double_free.c - freeing an object a second time is fatal, although others
// were freed in between and nothing has written to it: while it is in a cache, in its span,
// when its pages are free again, and for a large one. The message names it.
// env: WHICH=cache
// env: WHICH=span
// env: WHICH=pages
// env: WHICH=large
// hosted: not any: the heap is the C library's
// stderr~: ^fatal error: free of a free object: 0x[0-9a-f]+, (class 3 \(64 bytes\)|class 71 \(32768 bytes\)|of any class|64 bytes|100000 bytes)$
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
#include <rt.h>

static void *p[20000];

static void twice(size_t size, int n, int which)
{
	for (int i = 0; i < n; i++)
		p[i] = rt_malloc(size);
	for (int i = 0; i < n; i++)
		rt_free(p[i]);
	rt_free(p[which]);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	switch (rt_getenv("WHICH")[0]) {
	case 'c':
		twice(64, 10, 5);
		break;
	case 's': // in the first span, of which one object stays
		rt_malloc(64);
		twice(64, 1000, 20);
		break;
	case 'p':
		twice(64, 20000, 10000);
		break;
	case 'l':
		twice(100000, 3, 1);
		break;
	}
	return 0;
}
