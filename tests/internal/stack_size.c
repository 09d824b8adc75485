// tests/internal/stack_size.c - a stack whose size is no power of two throws.
// stderr: fatal error: stack size not a power of 2
// exit: 2
#include "internal.h"

static void alloc(void *unused)
{
	(void)unused;
	stackalloc(3 * 1024);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	systemstack(alloc, NULL);
	return 0;
}
