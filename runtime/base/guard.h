// guard.h - the guard: what each prologue compares the stack pointer with, and how a goroutine
// is asked to yield.
//
// The guard in force is a word of the M. A switch puts the entered G's own guard there
// (switch.S), a change of a goroutine's stack that stack's (morestack.S, sched/morestack.c).
// A request to yield is in four words, because each may be overwritten or come too late:
//
//	m->guard = StackPreempt    the next prologue asks; whatever runs there by then
//	curcache = nocache         so do rt_malloc and rt_free, which have no prologue
//	g->preempt                 the request stays when the guard is overwritten
//	p->preempt                 the next round of the scheduler ends the time slice
//
// Code that puts a guard back keeps the request: releasem, restoreguard, and KEEP_REQUEST of
// switch.S and recover.S. execute ends it, and so does the scheduler for the P. No other file
// has these words.
#ifndef RT0_BASE_GUARD_H
#define RT0_BASE_GUARD_H

#include "runtime/base/getg.h"

_Static_assert((StackPreempt & GuardLook) != 0, "mustlook sees a request to yield");

// ---- the guard in force -------------------------------------------------------------

// Macros, as getg is.
#define getguard() \
	__extension__({ \
		uintptr_t guard_; \
		GETGUARD(guard_); \
		guard_; \
	})

// Must a function of the interface check whether it may continue? A thread of glibc's begins
// with 0.
#define mustlook() \
	__extension__({ \
		bool look_; \
		TESTGUARD(look_, GuardLook); \
		look_ || (Hosted && getguard() == 0); \
	})

ALWAYS_INLINE void setguard(uintptr_t guard)
{
	SETGUARD(guard);
}

// Has this M been asked to yield, as far as the guard tells?
ALWAYS_INLINE bool guardasks(void)
{
	return getguard() == StackPreempt;
}

// Returns the guard for where gp's stack pointer is.
uintptr_t guardfor(const G *gp, uintptr_t sp); // sched/morestack.c

// ---- the guards of a G --------------------------------------------------------------

// gp is an M's own: its stack, which does not grow, ends room bytes above its low end, also for
// a goroutine that borrows it. flag: GuardLook or 0.
ALWAYS_INLINE void fixguard(G *gp, uintptr_t room, uintptr_t flag)
{
	gp->stackguard0 = gp->stackguard1 = (gp->stack.lo + room) | flag;
	gp->segguard = gp->stack.lo + room;
}

// gp is a goroutine, on its small stack.
ALWAYS_INLINE void baseguard(G *gp)
{
	gp->stackguard0 = gp->stack.lo + BaseGuard;
	gp->stackguard1 = ~(uintptr_t)0;
}

// Returns the guard of gp, which is an M's own.
ALWAYS_INLINE uintptr_t guardof(const G *gp)
{
	return gp->stackguard0;
}

// ---- a request to yield -------------------------------------------------------------

// Asks the goroutine gp. Best effort: mp may have left it already, so that another goroutine is
// asked, or none. cache is mp's curcache, or NULL if its words may be gone. The guard comes after
// g->preempt, so that what it leads to finds the request. The cache can be stored whatever the M
// does meanwhile, since the allocator puts it right (getcache).
ALWAYS_INLINE void requestyield(M *mp, G *gp, Mcache **cache)
{
	gp->preempt = true;
	if (!cache)
		return; // the handler of its signal will do the rest
	atomic_store_release(&mp->guard, StackPreempt);
	atomic_store_release(cache, nocache);
}

ALWAYS_INLINE bool yieldwanted(const G *gp)
{
	return gp->preempt;
}

// Puts the request back into the guard: it may have been overwritten while preemption was off.
ALWAYS_INLINE void keeprequest(const G *gp)
{
	if (unlikely(gp->preempt))
		setguard(StackPreempt);
}

// gp runs again on this M, which ran another G meanwhile: puts guard into force, or a request
// that has come for gp. Looks for the request after the store, which may have overwritten it.
ALWAYS_INLINE void restoreguard(const G *gp, uintptr_t guard)
{
	setguard(guard);
	compilerbarrier();
	if (gp->preempt && gp == gp->m->curg)
		setguard(StackPreempt);
}

// gp is about to run: ends the request, and makes the guard for where it continues.
ALWAYS_INLINE void endrequest(G *gp)
{
	gp->preempt = false;
	if (likely(gp->segment.lo == 0))
		gp->stackguard0 = gp->stack.lo + BaseGuard;
	else
		gp->stackguard0 = guardfor(gp, gp->sched.sp);
}

// Asks gp, which is about to run, at each prologue and each function of the interface, until it
// runs no more.
ALWAYS_INLINE void keepasking(G *gp)
{
	gp->preempt = true;
	gp->stackguard0 = StackPreempt;
}

// ---- for the P ----------------------------------------------------------------------

// Why should the P's next round of the scheduler end the time slice? A macro, so that the
// compiler can test this and pp->runSafePointFn, in the same word, at once.
#define roundwanted(pp) ((PreemptReason)(pp)->preempt)

ALWAYS_INLINE void requestround(P *pp, PreemptReason why)
{
	if (atomic_load_relaxed(&pp->preempt) < why)
		atomic_store_relaxed(&pp->preempt, why);
}

ALWAYS_INLINE void endround(P *pp)
{
	pp->preempt = PreemptNot;
}

// ---- stopping instead of yielding ---------------------------------------------------

ALWAYS_INLINE void requeststop(G *gp)
{
	atomic_store_release(&gp->preemptStop, true); // pairs with the M's load, in stopwanted
}

// gp's M has stored the status of gp before, as it let gp run. Pairs with withdrawstop, after which
// suspendG looks at that status.
ALWAYS_INLINE bool stopwanted(const G *gp)
{
	return atomic_load_seqcst(&gp->preemptStop);
}

ALWAYS_INLINE void endstop(G *gp)
{
	gp->preemptStop = false;
}

// Withdraws the request while gp may run. A read-modify-write: the caller looks at the status
// after it.
ALWAYS_INLINE void withdrawstop(G *gp)
{
	atomic_xchg(&gp->preemptStop, false);
}

#endif
