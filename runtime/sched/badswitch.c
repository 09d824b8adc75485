// badswitch.c - the ends of a switch that cannot be made: mcall and systemstack call them.
//
// built: unchecked
#include "runtime/lock/lock.h"
#include "runtime/die/die.h"

NORETURN void badmcall(void);
NORETURN void badmcall2(void);
NORETURN void badsystemstack(void);
NORETURN void badx87(void);

NORETURN void badmcall(void)
{
	const G *gp = getg();

	if (gp == gp->m->g0)
		throw("runtime: mcall called on m->g0 stack");
	notgoroutine("rt_gosched"); // it alone does not look before
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
