// defer.c - deferred calls: rt_defer, and rt_goexit, which makes them all.
//
// The record of a deferred call lies in the frame of who deferred it. It is on the
// goroutine's list, newest first, from there until the call begins: at the end of its scope,
// or before that by a panic or rt_goexit, on top of the frames they leave for good. Whoever
// makes the call takes the record off the list first, so it is made once.
//
// Follows Go's panic.go (deferproc, deferreturn, Goexit).
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/sched.h"

void rundefers(G *gp)
{
	Defer *d;

	while ((d = gp->_defer)) {
		gp->_defer = d->link;
		d->fn(d->arg);
	}
}

// A panic among the calls that somebody recovers from comes back here (recover.c).
NORETURN void goexit2(G *gp)
{
	rundefers(gp);
	goexit1();
	__builtin_unreachable();
}

// ---- interface ----------------------------------------------------------------------

rt_deferred *rt_deferproc(rt_deferred *d)
{
	G *gp = getg();

	d->link = gp->_defer;
	gp->_defer = d;
	return d;
}

// The end of d's scope. A goto may have come here past its rt_defer: then d is not the
// newest, and is not looked at.
void rt_deferreturn(rt_deferred *d)
{
	G *gp = getg();

	if (gp->_defer != d)
		return;
	gp->_defer = d->link;
	d->fn(d->arg);
}

_Noreturn void rt_goexit(void)
{
	G *gp = getg();
	Panic p = { .link = gp->_panic, .goexit = true };

	gp->_panic = &p;
	goexit2(gp);
}
