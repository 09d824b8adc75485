// defer.c - deferred calls: rt_defer, and rt_goexit, which makes them all.
//
// The record of a deferred call is in the frame of the function that deferred it, and on the
// goroutine's list, newest first, until the call begins. The call begins at the end of its
// scope, or earlier: a panic or rt_goexit makes it on top of the frames that they leave for
// good. All remove the record from the list before the call, so it is made once.
//
// Follows Go's panic.go (deferproc, deferreturn, printpanics, Goexit).
//
// built: libc
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/base/str.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/yieldcheck.h"

static void rundefers(G *gp)
{
	Defer *d;

	while ((d = gp->_defer)) {
		gp->_defer = d->link;
		d->fn(d->arg);
	}
}

// The newest first; afterwards the oldest, with link to the next.
static Panic *reversed(Panic *p)
{
	Panic *r = NULL;

	while (p) {
		Panic *older = p->link;

		p->link = r;
		r = p;
		p = older;
	}
	return r;
}

// Prints all panics that are not recovered, the oldest first.
static void printpanics(Panic *p)
{
	const Panic *older = NULL;

	for (p = reversed(p); p; older = p, p = p->link) {
		const Panic *newer = p->link;

		p->repanicked = newer && !p->goexit && !newer->goexit &&
		                streq(p->text, newer->text);
		if (older && older->repanicked)
			continue;
		if (older && !older->goexit)
			print("\t");
		if (!p->goexit)
			printpanic(p, !p->recovered   ? ""
			              : p->repanicked ? " [recovered, repanicked]"
			                              : " [recovered]");
	}
}

// What panics need in a program that defers: known by the first rt_deferproc, so that it is
// linked into no other.
static const Deferring deferring = { rundefers, printpanics };
const Deferring *whendeferring;

// Of gp's panics those newer than last: they are over.
void droppanics(G *gp, const Panic *last)
{
	Panic *p;

	while ((p = gp->_panic) != last) {
		if (p->slot && onstacks(gp, (uintptr_t)(p->slot + 1)) &&
		    keptreturn(gp, p->slot) == (uintptr_t)recoverreturn)
			keepreturn(gp, p->slot, p->retaddr);
		compilerbarrier(); // a traceback finds one or the other
		gp->_panic = p->link;
		if (p->recovered)
			rt_free(p);
		else if (!p->goexit)
			atomic_xadd(&runningPanicDefers, -1u);
	}
}

// Makes the deferred calls that are left, and ends the goroutine. Called by rt_goexit, and by
// recover.c after a panic in one of these calls has been recovered.
NORETURN void goexit2(G *gp)
{
	rundefers(gp);
	droppanics(gp, NULL);
	framesleft();
	goexit1();
	__builtin_unreachable(); // in place of LEAVE: this function is NORETURN
}

// ---- interface ----------------------------------------------------------------------

rt_deferred *rt_deferproc(rt_deferred *d)
{
	G *gp = callerg();

	if (unlikely(!atomic_load_relaxed(&whendeferring)))
		atomic_store_relaxed(&whendeferring, &deferring);
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

NORETURN void rt_goexit(void)
{
	Panic p = { .goexit = true };
	G *gp;

	goroutinecheck();
	gp = getg();
	if (borrowedof(gp)) // the library's frames would stay behind
		notgoroutine("rt_goexit");
	if ((Libc || Hosted) && gp->startpc == 0)
		fatal("rt_goexit called on a thread of the program's own: use pthread_exit");
	p.link = gp->_panic;
	gp->_panic = &p;
	goexit2(gp);
}
