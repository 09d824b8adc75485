// proc.c - the decision: which goroutine runs next on this M.
//
// Follows Go's proc.go (schedule, findrunnable, execute, gopark, ready).
//
// Work must not lie while a P is idle. Who makes a G runnable puts it on a queue and then
// looks whether a P is idle and nobody is searching (wakep). Who gives up searching says
// so (nmspinning--), and then looks at all the queues once more. Each does a store and
// then a load of what the other stores, so each side needs a full barrier in between: the
// locked instructions of runqput and of the decrement. One of the two sees the other.
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/sched/sched.h"

Sched sched = {
	.lock.rank = RankSched,
	.gFree.lock.rank = RankGFree,
	.sudoglock.rank = RankSudog,
};

// ---- running -----------------------------------------------------------------------------

// Runs gp on this M. inheritTime: in what is left of the current time slice.
NORETURN HOTSTEP void execute(G *gp, bool inheritTime)
{
	M *mp = getg()->m;

	mp->curg = gp; // first: a running G has an M
	gp->m = mp;
	casgstatus(gp, Grunnable, Grunning);
	gp->waitsince = 0;
	gp->preempt = false;
	gp->stackguard0 = gp->stack.lo + StackGuard;
	if (!inheritTime)
		mp->p->schedtick++;
	gogo(&gp->sched);
}

// Unties the current G from its M.
void dropg(void)
{
	M *mp = getg()->m;

	mp->curg->m = NULL;
	mp->curg = NULL;
}

bool schedEnabled(const G *gp)
{
	return !sched.disable.user || gp->issystem;
}

// sysmon wants the time slice to end. The goroutine that it marked may have parked since
// and handed the slice on by way of runnext: end the chain here.
static void endslice(P *pp)
{
	G *next = atomic_xchg(&pp->runnext, NULL);

	pp->preempt = false;
	if (next)
		runqput(pp, next, false);
}

static G *fromglobal(P *pp, int32_t maxn)
{
	G *gp;

	lock(&sched.lock);
	gp = globrunqget(pp, maxn);
	unlock(&sched.lock);
	return gp;
}

// Held back while user goroutines are disabled. Look again under the lock.
static bool holdback(G *gp)
{
	bool held = false;

	lock(&sched.lock);
	if (!schedEnabled(gp)) {
		gqueuePushBack(&sched.disable.runnable, gp);
		sched.disable.n++;
		held = true;
	}
	unlock(&sched.lock);
	return held;
}

// The next goroutine for this M; blocks until there is one.
static G *pick(bool *inheritTime)
{
	M *mp = getg()->m;
	P *pp = mp->p;
	int64_t now = 0;
	G *gp = NULL;
	bool ran;

	if (unlikely(pp->preempt))
		endslice(pp);
	if (unlikely(atomic_load_relaxed(&sched.gcwaiting))) {
		gcstopm();
		pp = mp->p;
	}
	if (unlikely(pp->runSafePointFn))
		runSafePointFn();
	if (mp->spinning && (pp->runnext || pp->runqhead != pp->runqtail))
		throw("schedule: spinning with local work");
	checkTimers(pp, &now, &ran);

	*inheritTime = false;
	// Now and then the global queue first: two goroutines that keep readying each
	// other could hold the local one for ever.
	if (pp->schedtick % 61 == 0 && atomic_load_relaxed(&sched.runqsize) > 0)
		gp = fromglobal(pp, 1);
	if (!gp)
		gp = runqget(pp, inheritTime);
	if (!gp)
		gp = findrunnable(inheritTime);
	return gp;
}

// One round of the scheduler, on g0: finds a runnable goroutine and runs it.
NORETURN HOTSTEP void schedule(void)
{
	M *mp = getg()->m;

	if (mp->locks != 0)
		throw("schedule: holding locks");
	if (mp->lockedg) {
		stoplockedm();
		execute(mp->lockedg, false);
	}
	for (;;) {
		bool inheritTime;
		G *gp = pick(&inheritTime);

		if (mp->spinning)
			resetspinning(); // this M will run a goroutine
		if (unlikely(sched.disable.user) && holdback(gp))
			continue;
		if (unlikely(gp->lockedm != NULL)) {
			startlockedm(gp); // hands over the P
			continue;
		}
		execute(gp, inheritTime);
	}
}

// ---- searching ----------------------------------------------------------------------------

static void startspinning(M *mp)
{
	mp->spinning = true;
	atomic_xadd(&sched.nmspinning, 1);
}

// Looks at p2: its ring; late in the search also its runnext and its timers. Stores the
// earliest timer seen.
static G *stealfrom(P *pp, P *p2, uint32_t round, int64_t *now, int64_t *pollUntil,
                    bool *inheritTime, bool *ranTimer)
{
	bool last = round == 3, ran;
	G *gp = runqsteal(pp, p2, last);
	int64_t when;

	*inheritTime = false;
	if (gp)
		return gp;
	// The timers of a P that runs something are stolen only if it is not likely to
	// look at them itself soon: its lock may be contended.
	if (!last && (round < 2 || atomic_load_relaxed(&p2->status) == Prunning))
		return NULL;
	when = checkTimers(p2, now, &ran);
	if (when != 0 && (*pollUntil == 0 || when < *pollUntil))
		*pollUntil = when;
	if (!ran)
		return NULL;
	// They may have readied goroutines on this P's queue.
	*ranTimer = true;
	return runqget(pp, inheritTime);
}

// Looks at all Ps four times in random order. *again: the world wants to stop, or timers
// ran and things look different now.
static G *steal(P *pp, int64_t *now, int64_t *pollUntil, bool *inheritTime, bool *again)
{
	*again = false;
	for (uint32_t round = 0; round < 4; round++) {
		RandomEnum e = randomOrder_start(fastrand());

		for (; !randomEnum_done(&e); randomEnum_next(&e)) {
			P *p2 = allp[e.pos];
			G *gp;

			if (atomic_load_relaxed(&sched.gcwaiting)) {
				*again = true;
				return NULL;
			}
			if (p2 == pp)
				continue;
			gp = stealfrom(pp, p2, round, now, pollUntil, inheritTime, again);
			if (gp)
				return gp;
		}
	}
	return NULL;
}

// The first of a list that netpoll returned, runnable; the others are put on queues.
static G *takefirst(Gqueue *list)
{
	G *gp = gqueuePop(list);

	if (gp) {
		injectglist(list);
		casgstatus(gp, Gwaiting, Grunnable);
	}
	return gp;
}

// A goroutine for this M and its P, without sleeping. *again: something happened, look
// from the start.
static G *search(int64_t *now, int64_t *pollUntil, bool *inheritTime, bool *again)
{
	M *mp = getg()->m;
	P *pp = mp->p;
	bool ran;
	G *gp;

	*again = false;
	*pollUntil = checkTimers(pp, now, &ran);
	gp = runqget(pp, inheritTime);
	if (gp)
		return gp;
	if (atomic_load_relaxed(&sched.runqsize) != 0) {
		gp = fromglobal(pp, 0);
		if (gp)
			return gp;
	}
	// An optimisation before stealing: whoever blocks in netpoll will see these too.
	if (atomic_load_relaxed(&netpollWaiters) > 0 &&
	    atomic_load_relaxed(&sched.lastpoll) != 0) {
		Gqueue list = netpoll(0);

		gp = takefirst(&list);
		if (gp)
			return gp;
	}
	// Enough others are searching: half as many as there are busy Ps.
	if (!mp->spinning &&
	    2 * (int32_t)atomic_load_relaxed(&sched.nmspinning) >=
	            gomaxprocs - (int32_t)atomic_load_relaxed(&sched.npidle))
		return NULL;
	if (!mp->spinning)
		startspinning(mp);
	return steal(pp, now, pollUntil, inheritTime, again);
}

// Gives up the P, if there is really nothing to do. False: something came in.
static bool giveup(P *pp, G **gp)
{
	lock(&sched.lock);
	if (atomic_load_relaxed(&sched.gcwaiting) || pp->runSafePointFn) {
		unlock(&sched.lock);
		return false;
	}
	if (sched.runqsize != 0) {
		*gp = globrunqget(pp, 0);
		unlock(&sched.lock);
		return false;
	}
	if (releasep() != pp)
		throw("findrunnable: wrong p");
	pidleput(pp);
	unlock(&sched.lock);
	return true;
}

// Takes an idle P again, searching if the M was before.
static bool regainp(bool wasSpinning)
{
	P *pp;

	lock(&sched.lock);
	pp = pidleget();
	unlock(&sched.lock);
	if (!pp)
		return false;
	acquirep(pp);
	if (wasSpinning)
		startspinning(getg()->m);
	return true;
}

// The second half of the protocol above: this M said that it does not search any more;
// did work come in before that was seen?
static bool workleft(void)
{
	int32_t n = atomic_load_acquire(&gomaxprocs); // first: allp has at least so many
	P **ps = atomic_load_acquire(&allp);

	for (int32_t i = 0; i < n; i++) {
		if (!runqempty(ps[i]))
			return true;
	}
	return false;
}

// Without a P: sleeps until the network or a timer has something. True: this M has a P
// again, and perhaps *gp.
static bool pollnetwork(int64_t now, int64_t pollUntil, bool wasSpinning, G **gp)
{
	int64_t delay = -1;
	Gqueue list;

	atomic_store_relaxed(&sched.pollUntil, pollUntil);
	if (pollUntil != 0) {
		if (now == 0)
			now = nanotime();
		delay = max(pollUntil - now, (int64_t)0);
	}
	list = netpoll(delay);
	atomic_store_relaxed(&sched.pollUntil, 0);
	atomic_xchg(&sched.lastpoll, nanotime());
	if (!regainp(wasSpinning && gqueueEmpty(&list))) {
		injectglist(&list);
		return false;
	}
	*gp = takefirst(&list);
	return true;
}

// Only one M blocks in netpoll: who exchanges lastpoll for 0. If the poller sleeps longer
// than our first timer allows, it is told.
static bool trypoll(int64_t now, int64_t pollUntil, bool wasSpinning, G **gp)
{
	int64_t until;

	if (!netpollinited())
		return false;
	if (pollUntil == 0 && atomic_load_relaxed(&netpollWaiters) == 0)
		return false;
	if (atomic_xchg(&sched.lastpoll, 0) != 0)
		return pollnetwork(now, pollUntil, wasSpinning, gp);
	until = atomic_load_relaxed(&sched.pollUntil);
	if (pollUntil != 0 && (until == 0 || until > pollUntil))
		netpollBreak();
	return false;
}

// Returns a goroutine to run; blocks until there is one. The order of the sources is the
// scheduling policy.
G *findrunnable(bool *inheritTime)
{
	M *mp = getg()->m;

	for (;;) {
		int64_t now = 0, pollUntil, when;
		bool again, wasSpinning;
		G *gp = NULL;

		if (atomic_load_relaxed(&sched.gcwaiting)) {
			gcstopm();
			continue;
		}
		if (mp->p->runSafePointFn)
			runSafePointFn();
		gp = search(&now, &pollUntil, inheritTime, &again);
		if (gp)
			return gp;
		*inheritTime = false;
		if (again)
			continue;

		// Nothing. From here on another may have our P.
		if (!giveup(mp->p, &gp)) {
			if (gp)
				return gp;
			continue;
		}
		wasSpinning = mp->spinning;
		if (wasSpinning) {
			mp->spinning = false;
			if ((int32_t)atomic_xadd(&sched.nmspinning, -1u) < 0)
				throw("findrunnable: negative nmspinning");
		}
		if (workleft() && regainp(wasSpinning))
			continue;
		// The earliest timer of all, those of busy and of idle Ps.
		when = timeSleepUntil();
		if (when != INT64_MAX && (pollUntil == 0 || when < pollUntil))
			pollUntil = when;
		if (trypoll(now, pollUntil, wasSpinning, &gp)) {
			if (gp)
				return gp;
			continue;
		}
		stopm();
	}
}

// ---- parking and readying --------------------------------------------------------------------

// Makes a parked goroutine runnable, next on this P if next.
void ready(G *gp, bool next)
{
	M *mp = acquirem(); // the P is in a local

	casgstatus(gp, Gwaiting, Grunnable);
	runqput(mp->p, gp, next);
	wakep();
	releasem(mp);
}

void goready(G *gp)
{
	ready(gp, true);
}

// The second half of gopark, on g0.
static void park_m(G *gp)
{
	M *mp = getg()->m;
	bool (*unlockf)(G *, void *) = mp->waitunlockf;

	casgstatus(gp, Grunning, Gwaiting);
	dropg();
	if (unlockf) {
		mp->waitunlockf = NULL;
		if (!unlockf(gp, mp->waitlock)) {
			casgstatus(gp, Gwaiting, Grunnable);
			execute(gp, true); // back, in the same time slice
		}
	}
	schedule();
}

// Parks the current goroutine until ready. unlockf(gp, lock) runs on g0 when it is parked
// and may still refuse; after it, another M may run the goroutine at once.
void gopark(bool (*unlockf)(G *gp, void *lock), void *lockarg, WaitReason reason)
{
	M *mp = acquirem();
	G *gp = mp->curg;

	if (readgstatus(gp) != Grunning)
		throw("gopark: bad g status");
	mp->waitlock = lockarg;
	mp->waitunlockf = unlockf;
	gp->waitreason = (uint8_t)reason;
	releasem(mp);
	mcall(park_m);
}

static UNCHECKED_LOCKS bool parkunlock_c(G *gp, void *l)
{
	(void)gp;
	unlock(l);
	return true;
}

UNCHECKED_LOCKS void goparkunlock(Mutex *l, WaitReason reason)
{
	gopark(parkunlock_c, l, reason);
}

// ---- yielding -----------------------------------------------------------------------------------

// To the tail of the global queue.
void goschedImpl(G *gp)
{
	casgstatus(gp, Grunning, Grunnable);
	dropg();
	lock(&sched.lock);
	globrunqput(gp);
	unlock(&sched.lock);
	schedule();
}

static void gosched_m(G *gp)
{
	goschedImpl(gp);
}

void gopreempt_m(G *gp)
{
	goschedImpl(gp);
}

static void goyield_m(G *gp)
{
	P *pp = getg()->m->p;

	casgstatus(gp, Grunning, Grunnable);
	dropg();
	runqput(pp, gp, false);
	schedule();
}

// To the tail of this P's queue.
void goyield(void)
{
	mcall(goyield_m);
}

void rt_gosched(void)
{
	mcall(gosched_m);
}

// ---- many at once ---------------------------------------------------------------------------------

// Makes all of list runnable: one for each idle P by way of the global queue, the rest on
// this P. Without a P, all global.
void injectglist(Gqueue *list)
{
	Gqueue globq = { 0 };
	int32_t n = 0, nglob = 0, nidle;
	M *mp;

	for (G *gp = list->head; gp; gp = gp->schedlink, n++)
		casgstatus(gp, Gwaiting, Grunnable);
	if (n == 0)
		return;
	mp = acquirem();
	nidle = mp->p ? (int32_t)atomic_load_relaxed(&sched.npidle) : n;
	while (nglob < nidle && !gqueueEmpty(list)) {
		gqueuePushBack(&globq, gqueuePop(list));
		nglob++;
	}
	if (nglob > 0) {
		lock(&sched.lock);
		globrunqputbatch(&globq, nglob);
		unlock(&sched.lock);
		for (int32_t i = 0; i < nglob && atomic_load_relaxed(&sched.npidle) > 0; i++)
			startm(NULL, false);
	}
	if (!gqueueEmpty(list))
		runqputbatch(mp->p, list, n - nglob);
	releasem(mp);
	*list = (Gqueue){ 0 };
}
