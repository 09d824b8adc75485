// tests/internal/switch_g0.c - mcall on g0 throws: there is nowhere to go.
// stderr: fatal error: runtime: mcall called on m->g0 stack
// exit: 2
#include "internal.h"
#include "runtime/sched/switch.h"

static void never(G *gp)
{
	(void)gp;
	rt_exit(1);
}

static void leave(void *unused)
{
	(void)unused;
	mcall(never);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	systemstack(leave, NULL);
	return 0;
}
