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
// built: unchecked libc
#include "runtime/base/replay.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/search.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/wake.h"

enum { PollWithin = 200 * 1000 }; // ns

// The result of a step. LookAgain: something has changed, so begin again at the first step.
typedef enum { Nothing, Found, LookAgain } Outcome;

// A round of the search.
typedef struct {
	M *mp;
	P *pp;             // its P, until it gives it up
	bool wasSpinning;  // when it gave the P up
	int64_t now;       // 0: the clock has not been read yet
	int64_t pollUntil; // the earliest timer that it has seen; 0: none
	G *gp;             // what it has found
	bool inheritTime;  // gp runs in the rest of the current time slice
} Search;

static Outcome found(Search *s, G *gp)
{
	s->gp = gp;
	return gp ? Found : Nothing;
}

// ---- with a P -----------------------------------------------------------------------

// Serves the requests of other Ms first.
static Outcome serveothers(const Search *s)
{
	if (worldstops()) {
		gcstopm();
		return LookAgain;
	}
	if (safepointwanted(s->pp))
		runSafePointFn();
	return Nothing;
}

// Runs the timers of this P, which may ready goroutines; then checks its queue.
static Outcome searchown(Search *s)
{
	bool ran;

	s->pollUntil = checkTimers(s->pp, &s->now, &ran);
	return found(s, runqget(s->pp, &s->inheritTime));
}

static Outcome searchglobal(Search *s)
{
	if (atomic_load_relaxed(&sched.runqsize) == 0)
		return Nothing;
	return found(s, globrunqtake(s->pp, 0));
}

// Returns the first goroutine of a list that netpoll returned, runnable; the others are put on
// queues.
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

// Polls the network without waiting, if no M that searches has done so within the last ns nanoseconds.
// An M that blocks in netpoll will see what is ready, too.
static Outcome searchnetwork(Search *s, int64_t ns)
{
	Gqueue list;

	if (!netpollwaiting() || pollerinside())
		return Nothing;
	if (s->now == 0)
		s->now = nanotime();
	if (ns != 0 && s->now < atomic_load_relaxed(&sched.polled) + ns)
		return Nothing;
	atomic_store_relaxed(&sched.polled, s->now);
	list = netpoll(0);
	return found(s, takefirst(&list));
}

// Checks p2: its ring; late in the search also its runnext and its timers.
static Outcome stealfrom(Search *s, P *p2, uint32_t round)
{
	bool last = round == 3, ran;
	G *gp = runqsteal(s->pp, p2, last);
	int64_t when;

	if (gp)
		return found(s, gp);
	// The timers of a P that runs something are stolen only if it is not likely to
	// check them itself soon: its lock may be contended.
	if (!last && (round < 2 || isrunning(p2)))
		return Nothing;
	when = checkTimers(p2, &s->now, &ran);
	if (when != 0 && (s->pollUntil == 0 || when < s->pollUntil))
		s->pollUntil = when;
	if (!ran)
		return Nothing;
	// They may have readied goroutines on this P's queue.
	if (found(s, runqget(s->pp, &s->inheritTime)) == Found)
		return Found;
	return LookAgain; // at the end of the search: other Ps may have work
}

// Checks all other Ps four times, in random order, unless enough Ms spin already: half as many
// as there are busy Ps.
static Outcome steal(Search *s)
{
	Outcome end = Nothing;

	if (REPLAYING)
		return Nothing; // there is one P
	if (!isspinning(s->mp)) {
		if (2 * (int32_t)nspinning() >=
		    gomaxprocs - (int32_t)atomic_load_relaxed(&sched.npidle))
			return Nothing;
		startspinning(s->mp);
	}
	for (uint32_t round = 0; round < 4; round++) {
		RandomEnum e = randomOrder_start(fastrand());

		for (; !randomEnum_done(&e); randomEnum_next(&e)) {
			P *p2 = allp[e.pos];
			Outcome o = Nothing;

			if (worldstops())
				return LookAgain;
			if (p2 != s->pp)
				o = stealfrom(s, p2, round);
			if (o == Found)
				return Found;
			if (o == LookAgain)
				end = LookAgain;
		}
	}
	return end;
}

// Releases the P and stops spinning, if there is really nothing to do.
static Outcome giveup(Search *s)
{
	lock(&sched.lock);
	if (worldstops() || safepointwanted(s->pp)) {
		unlock(&sched.lock);
		return LookAgain;
	}
	if (sched.runqsize != 0) {
		s->gp = globrunqget(s->pp, 0);
		unlock(&sched.lock);
		return s->gp ? Found : LookAgain;
	}
	if (releasep() != s->pp)
		throw("findrunnable: wrong p");
	pidleput(s->pp);
	unlock(&sched.lock);
	s->wasSpinning = isspinning(s->mp);
	if (s->wasSpinning)
		stopspinning(s->mp);
	return Nothing;
}

// ---- without a P --------------------------------------------------------------------

// Takes an idle P again, spinning if the M was before.
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

static bool workleft(void)
{
	int32_t n = atomic_load_acquire(&gomaxprocs); // first: allp has at least so many
	P **ps = atomic_load_acquire(&allp);

	if (atomic_load_seqcst(&sched.runqsize) != 0) // pairs with globrunqput, before wakep
		return true;
	for (int32_t i = 0; i < n; i++) {
		if (!runqempty(ps[i]))
			return true;
	}
	return false;
}

// Checks all queues, as the protocol above demands: work may have arrived while this M still
// counted as spinning.
static Outcome checkqueues(const Search *s)
{
	return workleft() && regainp(s->wasSpinning) ? LookAgain : Nothing;
}

// Sleeps as the poller until the network or a timer has something. The timers are checked only
// now: an M that stops the last one and becomes idle sees the poller and breaks the poll, or we
// see that there is none.
static Outcome pollnetwork(Search *s)
{
	int64_t delay = -1, when = timeSleepUntil();
	Gqueue list;

	if (when == INT64_MAX && !netpollwaiting()) {
		// Nothing to wait for any more. But an M that started to wait in the meantime
		// may have assumed that we poll, and idled its P: check again.
		leavepoll();
		return regainp(s->wasSpinning) ? LookAgain : Nothing;
	}
	polluntil(when);
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
	leavepoll();
	atomic_store_relaxed(&sched.polled, nanotime());
	if (!regainp(s->wasSpinning && gqueueEmpty(&list))) {
		injectglist(&list);
		return Nothing;
	}
	s->gp = takefirst(&list);
	return s->gp ? Found : LookAgain;
}

// Becomes the poller. If another M is the poller, and would sleep beyond the first timer that
// we know, breaks its wait.
static Outcome poll(Search *s)
{
	int64_t when;

	if (Libc && netpollwaiting())
		netpollGenericInit(); // outsiders() had no goroutine to do it
	if (!netpollinited())
		return Nothing;
	// The earliest timer of all, those of busy and of idle Ps.
	when = timeSleepUntil();
	if (when != INT64_MAX && (s->pollUntil == 0 || when < s->pollUntil))
		s->pollUntil = when;
	if (s->pollUntil == 0 && !netpollwaiting()) {
		// The poller may sleep until a timer that has been stopped since: it alone
		// would keep a deadlock from being seen.
		if (pollerinside())
			netpollBreak();
		return Nothing;
	}
	if (takepoll())
		return pollnetwork(s);
	if (s->pollUntil != 0 && polllasts(s->pollUntil))
		netpollBreak();
	return Nothing;
}

// ---- all of it ----------------------------------------------------------------------

// The order of the steps is the scheduling policy.
static Outcome search(Search *s)
{
	Outcome o = serveothers(s);

	if (o == Nothing)
		o = searchown(s);
	if (o == Nothing)
		o = searchglobal(s);
	// Steals before it polls the network, because few polls with many events cost less than many
	// with few. But others' work must not keep the network waiting for longer than PollWithin.
	if (o == Nothing)
		o = searchnetwork(s, PollWithin);
	if (o == Nothing)
		o = steal(s);
	if (o == Nothing)
		o = searchnetwork(s, 0);
	if (o == Nothing)
		o = giveup(s); // from here on another M may take our P
	if (o == Nothing)
		o = checkqueues(s);
	if (o == Nothing)
		o = poll(s);
	return o;
}

// Returns a goroutine to run; blocks until there is one.
G *findrunnable(bool *inheritTime)
{
	M *mp = getg()->m;

	for (;;) {
		Search s = { .mp = mp, .pp = mp->p };

		switch (search(&s)) {
		case Found:
			*inheritTime = s.inheritTime;
			return s.gp;
		case LookAgain:
			break;
		case Nothing:
			stopm();
		}
	}
}
