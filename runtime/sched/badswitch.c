// badswitch.c - the ends of a switch that cannot be made: mcall and systemstack call them. A
// function that rt_cgocall runs becomes its goroutine first, and mcall tries again.
//
// built: unchecked
#include "runtime/lock/lock.h"
#include "runtime/die/die.h"
#include "runtime/sched/yieldcheck.h"

void badmcall(void);
NORETURN void badmcall2(void);
NORETURN void badsystemstack(void);
NORETURN void badx87(void);

void badmcall(void)
{
	const G *gp = getg();

	if (gp == gp->m->g0)
		throw("runtime: mcall called on m->g0 stack");
	goroutineonly("rt_gosched"); // it alone does not look before
}

NORETURN void badmcall2(void)
{
	throw("runtime: mcall function returned");
}

NORETURN void badsystemstack(void)
{
	setg(getg()->m->g0); // so that throw finds a stack of the system's
	throw("systemstack called from unexpected goroutine");
}

// Debug builds: of the program's code, on the goroutine that parks; or of the runtime's, on g0.
NORETURN void badx87(void)
{
	fatal("x87 or MMX registers in use at a call: code that uses them must leave them "
	      "empty (emms)");
}
