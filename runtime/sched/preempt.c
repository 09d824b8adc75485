// preempt.c - asking a goroutine to give up its M, and its answer.
//
// The request is the word stackguard0 == StackPreempt, with gp->preempt behind it for when
// the guard is overwritten; the answer is newstack, at the next preemptcheck. What the P
// runs may change in between: pp->preempt makes the scheduler itself end the time slice.
//
// Follows Go's proc.go (preemptone) and stack.go (newstack).
#include "runtime/os/os.h"
#include "runtime/sched/sched.h"

// Asks what pp runs to yield. Best effort: it may hit another goroutine, or none, and the
// caller asks again. True: a request was made.
bool preemptone(P *pp)
{
	M *mp = atomic_load_acquire(&pp->m);
	G *gp;

	if (!mp || mp == getg()->m)
		return false;
	gp = atomic_load_acquire(&mp->curg);
	if (!gp || gp == mp->g0)
		return false;
	gp->preempt = true;
	atomic_store_release(&gp->stackguard0, StackPreempt); // newstack reads preempt after
	atomic_store_relaxed(&pp->preempt, true);
	return true;
}

// Asks all. No locks: it may miss a P that is just being started; who does that looks at
// gcwaiting.
bool preemptall(void)
{
	bool any = false;

	for (int32_t i = 0; i < gomaxprocs; i++) {
		P *pp = allp[i];

		if (atomic_load_relaxed(&pp->status) == Prunning && preemptone(pp))
			any = true;
	}
	return any;
}

// May the goroutine that runs on mp be taken off it here?
static bool canPreemptM(const M *mp)
{
	return mp->locks == 0 && mp->mallocing == 0 && !mp->preemptoff && mp->p &&
	       mp->p->status == Prunning;
}

// The guard was hit: on the goroutine's stack, at a preemptcheck.
void newstack(void)
{
	G *gp = getg();
	M *mp = gp->m;

	if (gp == mp->g0 || gp == mp->gsignal)
		return;
	if (!canPreemptM(mp)) {
		// Go on; gp->preempt is still set, and releasem puts the guard back.
		gp->stackguard0 = gp->stack.lo + StackGuard;
		return;
	}
	// The stress build yields now and then without being asked.
	if (gp->stackguard0 == StackPreempt || (Stress && fastrandn(4) == 0))
		mcall(gopreempt_m); // acts like rt_gosched
}
