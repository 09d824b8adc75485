// proc.c - the decision: which goroutine runs next on this M.
//
// Unyielding: ready and gopark work on the M and the P that they found at their start, on
// the goroutine's stack and without acquirem.
//
// Follows Go's proc.go (schedule, execute, gopark, ready).
//
// built: unyielding hot libc
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/base/replay.h"
#include "runtime/base/tracehook.h"
#include "runtime/base/valgrind.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/search.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/wake.h"
#include "runtime/sched/yieldcheck.h"

Sched sched = {
	.lock.rank = RANKED(RankSched),
	.gFree.lock.rank = RANKED(RankGFree),
	.sudoglock.rank = RANKED(RankSudog),
};

uint8_t __rt0_traceon;

// ---- running ------------------------------------------------------------------------

// execute, inline.
ALWAYS_INLINE void run(G *gp, bool inheritTime)
{
	M *mp = getg()->m;

	mp->curg = gp; // first: a running G has an M
	gp->m = mp;
	fastcasgstatus(gp, Grunnable, Grunning);
	traceg(TraceGoStart, gp);
	gp->waitsince = 0;
	endrequest(gp);
	if (REPLAYING && !gp->issystem && replayyields())
		keepasking(gp);
	if (!inheritTime)
		mp->p->schedtick++;
	valgrindMakeMemDefined(gp->sched.sp, PtrSize); // gogo compares what is there
	fiberenter(gp);
	LEAVE(gogo(&gp->sched));
}

// Runs gp on this M. inheritTime: in the rest of the current time slice.
HOTSTEP void execute(G *gp, bool inheritTime)
{
	LEAVE(run(gp, inheritTime));
}

// Puts gp at the tail of the global queue. If this P has something else to do, another may take
// gp: the lock orders the put before wakep's load. If not, this P takes gp itself, and no M is
// woken for a goroutine that yields all alone.
static COLD void putglobal(P *pp, G *gp)
{
	bool others;

	lock(&sched.lock);
	globrunqput(gp);
	others = sched.runqsize > 1 || !runqempty(pp);
	unlock(&sched.lock);
	if (others && mainStarted)
		wakep();
}

// Is this one of the rounds in which pp looks at the global queue first, and at the clock?
ALWAYS_INLINE bool nowandthen(const P *pp)
{
	return pp->schedtick % 61 == 0;
}

// Returns whether checkTimers would do nothing: pp has no timers, or none can be due yet.
ALWAYS_INLINE bool notimers(const P *pp)
{
	int64_t when = atomic_load_relaxed(&pp->timer0When);

	return likely(when == 0) ||
	       (when > atomic_load_relaxed(&sched.notDueAfter) && !nowandthen(pp));
}

// Returns whether a round of the scheduler has nothing to check before the run queues.
ALWAYS_INLINE bool nothingelse(const M *mp)
{
	const P *pp = mp->p;

	return notimers(pp) && roundwanted(pp) == PreemptNot && !safepointwanted(pp) &&
	       !mp->lockedg && !worldstops();
}

// The short way through a round for a goroutine that yields: gp goes to the tail of the global
// queue, and if the next comes from there too, it is taken under this lock, without a share for
// the local queue, which would save nothing. Returns the next, or NULL: take the long way.
static G *swapglobal(M *mp, G *gp, bool *inheritTime)
{
	P *pp = mp->p;
	G *next = NULL;
	bool others = pp->runnext || pp->runqhead != pp->runqtail;

	*inheritTime = false;
	if (REPLAYING) {
		replayput(gp);
		return NULL;
	}
	if (!nothingelse(mp)) {
		putglobal(pp, gp);
		return NULL;
	}
	// A G that is put there now comes after gp, as if a moment later.
	if (!others && atomic_load_relaxed(&sched.runqsize) == 0)
		return gp;
	shortlock(&sched.lock);
	gqueuePushBack(&sched.runq, gp);
	if (!others || nowandthen(pp))
		next = gqueuePop(&sched.runq);
	else
		addrunqsize(1);
	shortunlock(&sched.lock);
	if (!others)
		return next;
	wakep();
	return next ? next : runqget(pp, inheritTime);
}

// Ends the time slice, as sysmon wants. The goroutine that it marked may have parked since and
// handed the slice on through runnext: ends the chain here, as if its next had been preempted.
// On the local ring it would keep that from ever running empty.
static void endslice(P *pp)
{
	G *next = atomic_xchg(&pp->runnext, NULL);

	if (next)
		putglobal(pp, next);
}

// Returns the next goroutine for this M; blocks until there is one.
static COLD G *pick(bool *inheritTime)
{
	M *mp = getg()->m;
	P *pp = mp->p;
	int64_t now = 0;
	G *gp = NULL;
	bool ran;

	if (unlikely(roundwanted(pp))) {
		if (roundwanted(pp) == PreemptSlice)
			endslice(pp);
		endround(pp);
	}
	while (unlikely(worldstops())) {
		gcstopm();
		pp = mp->p;
	}
	if (unlikely(safepointwanted(pp)))
		runSafePointFn();
	if (isspinning(mp) && (pp->runnext || pp->runqhead != pp->runqtail))
		throw("schedule: spinning with local work");
	if (REPLAYING)
		return replaypick(inheritTime);
	if (nowandthen(pp) && pp->numTimers != 0)
		now = nanotime(); // whatever notDueAfter says
	if (Debug || atomic_load_relaxed(&pp->timer0When) != 0)
		checkTimers(pp, &now, &ran); // looks there, too

	*inheritTime = false;
	// Now and then the global queue first: two goroutines that keep readying each
	// other could hold the local one forever.
	if (nowandthen(pp) && atomic_load_relaxed(&sched.runqsize) > 0)
		gp = globrunqtake(pp, 1);
	if (!gp)
		gp = runqget(pp, inheritTime);
	if (!gp)
		gp = findrunnable(inheritTime);
	return gp;
}

static COLD void holdinglocks(void)
{
	if (inforkedchild)
		fatal("a goroutine waits in a forked child");
	throw("schedule: holding locks");
}

// Does a round that checks more, or that finds nothing on the P's queue.
static COLD void fullround(void)
{
	M *mp = getg()->m;

	if (mp->locks != 0)
		holdinglocks();
	must(mp->incgo != CgoFunction);
	if (unlikely(mp->lockedg != NULL)) {
		stoplockedm();
		LEAVE(execute(mp->lockedg, false));
	}
	for (;;) {
		G *gp = pick(&mp->inheritTime);

		if (isspinning(mp))
			resetspinning(); // this M will run a goroutine
		if (unlikely(gp->lockedm != NULL)) {
			startlockedm(gp); // hands off the P
			continue;
		}
		LEAVE(execute(gp, mp->inheritTime));
	}
}

// Does a round of the scheduler have no more to do than to take the next G of the P's queue?
ALWAYS_INLINE bool shortround(const M *mp)
{
	return (!Debug || Stress) && !REPLAYING && mp->locks == 0 && !isspinning(mp) && nothingelse(mp) &&
	       (!nowandthen(mp->p) || atomic_load_relaxed(&sched.runqsize) == 0);
}

// One round of the scheduler, on g0: finds a runnable goroutine and runs it.
HOTSTEP void schedule(void)
{
	M *mp = getg()->m;
	bool inheritTime;
	G *gp;

	if (likely(shortround(mp)) && likely((gp = runqtake(mp->p, &inheritTime)) != NULL)) {
		if (likely(!gp->lockedm))
			LEAVE(run(gp, inheritTime));
		startlockedm(gp); // hands off the P
	}
	LEAVE(fullround());
}

// ---- parking and readying -----------------------------------------------------------

// Makes a parked goroutine runnable, next on this P if next. Nothing here yields, so the P
// stays ours.
void ready(G *gp, bool next)
{
	traceg(TraceGoUnblock, gp);
	must(!leaksoverwritten || !(gp->waitreason & WaitLeaked)); // rt_leaks was wrong
	fastcasgstatus(gp, Gwaiting, Grunnable);
	runqput(getg()->m->p, gp, next);
	wakep();
}

void goready(G *gp)
{
	ready(gp, true);
}

// Runs the second half of gopark, on g0.
static void park_m(G *gp)
{
	M *mp = getg()->m;
	bool (*unlockf)(G *, void *) = mp->waitunlockf;

	if (unlikely(gp->segment.lo != 0))
		dropsegment(gp);
	traceg(TraceGoBlock, gp);
	fastcasgstatus(gp, Grunning, Gwaiting);
	dropg(mp, gp);
	if (unlockf) {
		mp->waitunlockf = NULL;
		if (unlikely(!unlockf(gp, mp->waitlock))) {
			casgstatus(gp, Gwaiting, Grunnable);
			LEAVE(execute(gp, true)); // back, in the same time slice
		}
		if (Hosted) {
			mp->waitlock = NULL;
			__rt0_forget();
		}
	}
	LEAVE(schedule());
}

// Parks the current goroutine until ready. unlockf(gp, lock) runs on g0 when it is parked
// and may still refuse; after it, another M may run the goroutine at once.
void gopark(bool (*unlockf)(G *gp, void *lock), void *lockarg, WaitReason reason)
{
	M *mp = getg()->m; // nothing yields until mcall
	G *gp = mp->curg;

	if (readgstatus(gp) != Grunning)
		throw("gopark: bad g status");
	mp->waitlock = lockarg;
	mp->waitunlockf = unlockf;
	gp->waitreason = (uint8_t)reason;
	mcall(park_m);
}

static bool parkunlock_c(G *gp, void *l) RELEASES(*(Mutex *)l);
static bool parkunlock_c(G *gp, void *l)
{
	(void)gp;
	unlock(l);
	return true;
}

void goparkunlock(Mutex *l, WaitReason reason)
{
	goparkreleasing(l, parkunlock_c, l, reason);
}

// ---- yielding -----------------------------------------------------------------------

// Runs on g0: puts gp at the tail of the global queue, and schedules.
void goschedImpl(G *gp)
{
	M *mp = getg()->m;
	G *next;

	if (unlikely(gp->segment.lo != 0))
		dropsegment(gp);
	traceg(TraceGoYield, gp);
	fastcasgstatus(gp, Grunning, Grunnable);
	dropg(mp, gp);
	next = swapglobal(mp, gp, &mp->inheritTime);
	if (likely(next && !next->lockedm))
		LEAVE(run(next, mp->inheritTime));
	if (next)
		startlockedm(next);
	LEAVE(schedule());
}

static void gosched_m(G *gp)
{
	if (REPLAYING)
		replaylower(gp);
	LEAVE(goschedImpl(gp));
}

static COLD void goyield_m(G *gp)
{
	M *mp = getg()->m;

	traceg(TraceGoYield, gp);
	fastcasgstatus(gp, Grunning, Grunnable);
	dropg(mp, gp);
	runqput(mp->p, gp, false);
	LEAVE(schedule());
}

// Yields for a timer alone. gp stays on this P, since its slice is not over, and the turn of
// the global queue must not bring it back before the timer's goroutine. But a stream of timers
// must not make its slice endless, so now and then a G of the global queue comes first.
static COLD void yieldfortimer(P *pp, G *gp)
{
	G *other = NULL;

	if (++pp->timeryields % TimerYields == 0)
		other = globrunqtake(pp, 1);
	if (other)
		runqput(pp, other, false);
	LEAVE(goyield_m(gp));
}

void gopreempt_m(G *gp)
{
	P *pp = getg()->m->p;

	if (unlikely(stopwanted(gp)))
		LEAVE(preemptPark(gp));
	if (roundwanted(pp) == PreemptForTimer)
		LEAVE(yieldfortimer(pp, gp));
	LEAVE(goschedImpl(gp));
}

// Runs on g0: puts gp at the tail of this P's queue, and schedules.
void goyield(void)
{
	mcall(goyield_m);
}

// mcall looks what calls (badmcall).
void rt_gosched(void)
{
	if (Hosted)
		goroutinecheck();
	else if (Libc)
		(void)callerg(); // mcall wants one
	mcall(gosched_m);
}

// ---- many at once -------------------------------------------------------------------

// Makes all of list runnable, on no queue yet. Returns how many there are.
static int32_t readyeach(const Gqueue *list)
{
	int32_t n = 0;

	for (G *gp = list->head; gp; gp = gp->schedlink, n++) {
		traceg(TraceGoUnblock, gp);
		casgstatus(gp, Gwaiting, Grunnable);
	}
	return n;
}

// Does so under the lock that this needs. Starting a trace records all goroutines with the world
// stopped and sched.lock held, so an M without a P must hold that lock to change a goroutine.
static int32_t readyall(const Gqueue *list, bool havep)
{
	int32_t n;

	if (havep)
		return readyeach(list);
	lock(&sched.lock);
	n = readyeach(list);
	unlock(&sched.lock);
	return n;
}

// Makes all of list runnable: one for each P that wants work (nwanting) through the global queue, the
// rest on this P. Without a P, all go to the global queue.
COLD void injectglist(Gqueue *list)
{
	Gqueue globq = { 0 };
	int32_t n, nglob = 0, nwant;
	M *mp;

	if (gqueueEmpty(list))
		return;
	mp = acquirem();
	n = readyall(list, mp->p != NULL);
	nwant = mp->p ? (int32_t)nwanting() : n;
	while (nglob < nwant && !gqueueEmpty(list)) {
		gqueuePushBack(&globq, gqueuePop(list));
		nglob++;
	}
	if (nglob > 0) {
		lock(&sched.lock);
		globrunqputbatch(&globq, nglob);
		unlock(&sched.lock);
		for (int32_t i = 0; i < nglob && nwanting() > 0; i++)
			startm(NULL, false);
	}
	if (!gqueueEmpty(list))
		runqputbatch(mp->p, list, n - nglob);
	if (mp->p)
		wakep(); // a P may have gone idle since we looked
	releasem(mp);
	*list = (Gqueue){ 0 };
}
