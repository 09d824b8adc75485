// tests/internal/switch_return.c - a function that returns from mcall throws.
// stderr: fatal error: runtime: mcall function returned
// exit: 2
#include "internal.h"
#include "runtime/sched/switch.h"

static void returns(G *gp)
{
	(void)gp;
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	mcall(returns);
	return 0;
}
