// tests/internal/gstatus.c - the changes of a goroutine's status that are allowed.
#include "internal.h"
#include "runtime/sched/g.h"

int rt_main(int nargs, char **args)
{
	static const uint8_t changes[][2] = {
		{ Gidle, Gdead },        { Gdead, Grunnable },
		{ Grunnable, Grunning }, { Grunning, Grunnable },
		{ Grunning, Gsyscall },  { Grunning, Gwaiting },
		{ Grunning, Gdead },     { Grunning, Gpreempted },
		{ Gsyscall, Grunning },  { Gsyscall, Grunnable },
		{ Gwaiting, Grunnable }, { Gpreempted, Gwaiting },
	};

	(void)nargs, (void)args;
	for (uint32_t i = 0; i < nelem(changes); i++) {
		G gp = { .atomicstatus = changes[i][0] };

		casgstatus(&gp, changes[i][0], changes[i][1]);
		equal(readgstatus(&gp), changes[i][1]);
	}
	return 0;
}
