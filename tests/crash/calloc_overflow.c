// tests/crash/calloc_overflow.c - rt_calloc panics when n * size does not fit in size_t.
// stderr: panic: runtime error: makeslice: len out of range
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	// The product is 16 when it wraps around.
	rt_calloc((size_t)1 << 60 | 1, 16);
	return 0;
}
