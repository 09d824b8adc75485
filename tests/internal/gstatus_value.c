// tests/internal/gstatus_value.c - a goroutine whose status is not what its owner
// thinks is an error.
// stderr~: ^runtime: goroutine 77 has status 4, expected 1 \(-> 2\)$
// stderr: fatal error: casgstatus: unexpected status
// exit: 2
#include "internal.h"
#include "runtime/sched/g.h"

int rt_main(int nargs, char **args)
{
	G gp = { .atomicstatus = Gwaiting, .goid = 77 };

	(void)nargs, (void)args;
	casgstatus(&gp, Grunnable, Grunning);
	return 0;
}
