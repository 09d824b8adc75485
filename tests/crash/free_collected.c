// tests/crash/free_collected.c - freeing collected memory is fatal: small and large objects, and what is
// inside of them.
// matrix: SIZE=64,1000000
// matrix: AT=0,16
// hosted: not any: nothing is collected there
// stderr~: ^fatal error: free of collected memory: 0x[0-9a-f]+, an object of (64|1007616) bytes$
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	char *p = rt_gc_alloc((size_t)number(rt_getenv("SIZE")));

	(void)argc, (void)argv;
	rt_free(p + number(rt_getenv("AT")));
	return 0;
}
