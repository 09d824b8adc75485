// tests/internal/stack_size.c - a stack whose size is not in pages throws.
// stderr: fatal error: stack size not a multiple of the page size
// exit: 2
#include "internal.h"

static void alloc(void *unused)
{
	(void)unused;
	stackalloc(4095);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	systemstack(alloc, NULL);
	return 0;
}
