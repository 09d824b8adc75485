// tests/internal/gstatus_change.c - a change of status that is not in the table throws,
// in the builds that check it: FROM and TO in one number.
// variants: debug stress
// matrix: CHANGE=01,02,04,10,11,13,14,16,20,22,33,34,36,40,42,43,44,46,60,62,64,66,91,92
// stderr: fatal error: casgstatus: bad incoming values
// stderr~: ^runtime: casgstatus: oldval=[0-9] newval=[0-9]$
// exit: 2
#include "internal.h"
#include "runtime/sched/g.h"

int rt_main(int nargs, char **args)
{
	uint32_t change = (uint32_t)number(rt_getenv("CHANGE"));
	G gp = { .atomicstatus = change / 10 };

	(void)nargs, (void)args;
	casgstatus(&gp, change / 10, change % 10);
	return 0;
}
