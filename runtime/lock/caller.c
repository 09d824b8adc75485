// caller.c - what calls a function of the interface: a goroutine, a function that rt_cgocall
// runs, or a signal handler of the program's.
//
// Unyielding: yieldcheck calls goroutineonly, rt_malloc nothandler, and both continue
// with the M or the P that they had before.
//
// built: unyielding
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"

NORETURN void notgoroutine(const char *name)
{
	const G *gp = getg();

	fatalf("%s called within %s", name,
	       gp == gp->m->gsignal ? "a signal handler" : "rt_cgocall");
}

// On g0 the runtime itself calls.
void goroutineonly(const char *name)
{
	const G *gp = getg();

	if (gp != gp->m->curg && gp != gp->m->g0)
		notgoroutine(name);
}

void nothandler(const char *name)
{
	const G *gp = getg();

	if (gp == gp->m->gsignal)
		notgoroutine(name);
}
