// findrunnable.c - searching for a goroutine to run, and giving up.
//
// Runnable work must never wait while a P is idle. Code that readies a G puts it on a queue
// and then checks whether a P is idle and no M is spinning (wakep). An M that stops spinning
// decrements nmspinning, and then checks all the queues again. Each does a store and
// then a load of what the other stores, so each side needs a full barrier in between: the
// locked instructions of runqput and of the decrement. One of the two sees the other.
//
// Follows Go's proc.go (findrunnable, stealWork).
//
// built: unchecked
#include "runtime/os/os.h"
#include "runtime/sched/own.h"
#include "runtime/sched/sched.h"

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
	if (!last && (round < 2 || isrunning(p2)))
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
		traceg(TraceGoUnblock, gp);
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
		gp = globrunqtake(pp, 0);
		if (gp)
			return gp;
	}
	// An optimisation before stealing: the M that blocks in netpoll will see these too.
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

	if (atomic_load_relaxed(&sched.runqsize) != 0)
		return true;
	for (int32_t i = 0; i < n; i++) {
		if (!runqempty(ps[i]))
			return true;
	}
	return false;
}

// Without a P, lastpoll 0: sleeps until the network or a timer has something. True: this M
// has a P again, and perhaps *gp. The timers are checked only now: an M that stops the last one
// and becomes idle sees lastpoll 0 and breaks the poll, or we see that there is none.
static bool pollnetwork(bool wasSpinning, G **gp)
{
	int64_t delay = -1, when = timeSleepUntil();
	Gqueue list;

	if (when == INT64_MAX && atomic_load_relaxed(&netpollWaiters) == 0) {
		// Nothing to wait for any more. But an M that started to wait in the meantime
		// may have assumed that we poll, and idled its P: check again.
		atomic_xchg(&sched.lastpoll, nanotime());
		return regainp(wasSpinning);
	}
	atomic_store_relaxed(&sched.pollUntil, when == INT64_MAX ? 0 : when);
	if (when != INT64_MAX) {
		delay = when - nanotime();
		if (delay <= 0) {
			// No M has seen that it is due: the kernel keeps sysmon from running.
			atomic_store_relaxed(&sched.notDueAfter, INT64_MAX);
			delay = 0;
		}
	}
	trace2(TracePark, 2, 0);
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

// Only one M blocks in netpoll: the one that exchanges lastpoll for 0. If the poller sleeps
// longer than our first timer allows, its wait is broken.
static bool trypoll(int64_t pollUntil, bool wasSpinning, G **gp)
{
	int64_t until;

	if (!netpollinited())
		return false;
	if (pollUntil == 0 && atomic_load_relaxed(&netpollWaiters) == 0) {
		// The poller may sleep until a timer that has been stopped since: it alone
		// would keep a deadlock from being seen.
		if (atomic_load_relaxed(&sched.lastpoll) == 0)
			netpollBreak();
		return false;
	}
	if (atomic_xchg(&sched.lastpoll, 0) != 0)
		return pollnetwork(wasSpinning, gp);
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
		if (trypoll(pollUntil, wasSpinning, &gp)) {
			if (gp)
				return gp;
			continue;
		}
		stopm();
	}
}
