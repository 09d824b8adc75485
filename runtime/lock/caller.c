// caller.c - what calls a function of the interface: a goroutine, a function that rt_cgocall
// runs, or a signal handler of the program's.
//
// Unyielding: rt_malloc calls nothandler, and continues with the P that it had before.
//
// built: unyielding libc
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"

NORETURN void notgoroutine(const char *name)
{
	const G *gp = getg();

	fatalf("%s called within %s", name,
	       gp == gp->m->gsignal ? "a signal handler" : "rt_cgocall");
}

void nothandler(const char *name)
{
	const G *gp = callerg();

	if (gp == gp->m->gsignal)
		notgoroutine(name);
}
