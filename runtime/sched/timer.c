// timer.c - timers: a 4-ary heap for each P.
//
//	timers[(i-1)/4].when <= timers[i].when, for 0 < i < timerslen
//	timers[i].when == its Timer's when
//	timer0When == timers[0].when, or 0 when there is none
//
// The heap holds the times, so that sorting touches no Timer: most are on the stacks of the
// sleepers. Only stoppable timers record their index in the heap.
//
// A P checks its heap in each round of the scheduler; the clock is read only when there is a
// timer that may be due (sched.notDueAfter, sysmon.c). An M without work checks the others'
// heaps, and the last one sleeps in the poller until the earliest timer of all.
// timersLock protects the heap; timer0When is read without it.
//
// A Timer is in a heap, or it is its owner's. The M that removes it under timersLock, because
// it is due or because it is stopped, sets pp to NULL there. So exactly one of the two happens,
// and the Timer's memory is not read after that.
//
// Follows Go's time.go of 1.14 (addtimer, deltimer, modtimer, runtimer, siftupTimer).
//
// built: unchecked
#include "runtime/base/race.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/wake.h"

enum { Arity = 4, FirstCap = 16, Stoppable = 1 };

// ---- the heap, under timersLock -----------------------------------------------------

static Timer *timerof(TimerWhen w)
{
	return (Timer *)(w.timer & ~(uintptr_t)Stoppable);
}

ALWAYS_INLINE void place(TimerWhen *t, int32_t i, TimerWhen w)
{
	t[i] = w;
	if (w.timer & Stoppable)
		timerof(w)->index = i;
}

static void siftup(TimerWhen *t, int32_t i, TimerWhen w)
{
	while (i > 0) {
		int32_t p = (i - 1) / Arity;

		if (w.when >= t[p].when)
			break;
		place(t, i, t[p]);
		i = p;
	}
	place(t, i, w);
}

static int32_t leastchild(const TimerWhen *t, int32_t n, int32_t i)
{
	int32_t c = i * Arity + 1, last = min(c + Arity, n), least = c;

	while (++c < last) {
		if (t[c].when < t[least].when)
			least = c;
	}
	return least;
}

static void siftdown(TimerWhen *t, int32_t n, int32_t i, TimerWhen w)
{
	while (i * Arity + 1 < n) {
		int32_t c = leastchild(t, n, i);

		if (t[c].when >= w.when)
			break;
		place(t, i, t[c]);
		i = c;
	}
	place(t, i, w);
}

// Puts w at place i, or where it belongs from there.
static void resift(P *pp, int32_t i, TimerWhen w)
{
	TimerWhen *t = pp->timers;

	if (i > 0 && w.when < t[(i - 1) / Arity].when)
		siftup(t, i, w);
	else
		siftdown(t, pp->timerslen, i, w);
}

static void publish(P *pp)
{
	int64_t when = pp->timerslen > 0 ? pp->timers[0].when : 0;

	atomic_store_relaxed(&pp->timer0When, when);
	atomic_store_relaxed(&pp->numTimers, (uint32_t)pp->timerslen);
}

// Makes room for one more timer. The old array is abandoned: heaps rarely shrink, so freeing it
// is not worth the code.
static void grow(P *pp)
{
	int32_t cap = pp->timerscap ? 2 * pp->timerscap : FirstCap;
	TimerWhen *t = persistentalloc((uintptr_t)cap * sizeof *t, PtrSize);

	__builtin_memcpy(t, pp->timers, (uintptr_t)pp->timerslen * sizeof *t);
	pp->timers = t;
	pp->timerscap = cap;
}

static void push(P *pp, Timer *t)
{
	TimerWhen w = { t->when, (uintptr_t)t | (t->stoppable ? Stoppable : 0) };

	if (pp->timerslen == pp->timerscap)
		grow(pp);
	t->pp = pp; // under the lock; pairs with deltimer's load
	siftup(pp->timers, pp->timerslen++, w);
	publish(pp);
}

static void removeat(P *pp, int32_t i)
{
	TimerWhen *t = pp->timers, w = t[--pp->timerslen];

	atomic_store_release(&timerof(t[i])->pp, NULL); // pairs with deltimer
	if (i < pp->timerslen)
		resift(pp, i, w);
	publish(pp);
}

// ---- adding -------------------------------------------------------------------------

void addtimer(Timer *t)
{
	M *mp = acquirem();
	P *pp = mp->p;
	int64_t when;

	netpollGenericInit();
	t->when = max(t->when, (int64_t)1); // 0: no timer
	when = t->when;
	lock(&pp->timersLock);
	push(pp, t);
	unlock(&pp->timersLock); // now it may fire, and be gone
	wakeNetPoller(when);
	releasem(mp);
}

const P *timersaside;

bool timerruns(const Timer *t)
{
	const P *pp = atomic_load_acquire(&t->pp); // pairs with removeat

	return pp && pp != timersaside;
}

// Moves t to when and returns true, if it was pending where it is run. Returns false if it was not:
// then t is the caller's, and its function may be running at this moment. One that was set aside
// is taken from there: when is a time of the test that lasts.
bool modtimer(Timer *t, int64_t when)
{
	P *pp;

	when = max(when, (int64_t)1);
	while ((pp = atomic_load_acquire(&t->pp))) { // as in deltimer
		bool there;

		if (pp == timersaside) {
			deltimer(t);
			return false;
		}
		lock(&pp->timersLock);
		there = t->pp == pp;
		if (there) {
			t->when = when;
			resift(pp, t->index, (TimerWhen){ when, pp->timers[t->index].timer });
			publish(pp);
		}
		unlock(&pp->timersLock);
		if (there) {
			wakeNetPoller(when);
			return true;
		}
	}
	return false;
}

// Removes t. Returns true if it was pending, so that its function will not be called; false
// if it was not, or its function is running at this moment. In both cases t is the
// caller's.
bool deltimer(Timer *t)
{
	P *pp;

	// It may be moved to another heap, fire and be moved again meanwhile.
	while ((pp = atomic_load_acquire(&t->pp))) {
		bool there;

		lock(&pp->timersLock);
		there = t->pp == pp;
		if (there)
			removeat(pp, t->index);
		unlock(&pp->timersLock);
		if (there)
			return true;
	}
	return false;
}

// ---- running ------------------------------------------------------------------------

// Removes the first timer if it is due.
static bool takedue(P *pp, int64_t now, Timer *due)
{
	if (pp->timerslen == 0 || pp->timers[0].when > now)
		return false;
	*due = *timerof(pp->timers[0]); // f may let its owner start it again, or free it
	removeat(pp, 0);
	return true;
}

int64_t checkTimers(P *pp, int64_t *now, bool *ran)
{
	int64_t next = atomic_load_relaxed(&pp->timer0When);
	Timer due;

	*ran = false;
	if (next == 0)
		return 0;
	if (*now == 0 && next > atomic_load_relaxed(&sched.notDueAfter))
		return next;
	if (*now == 0)
		*now = nanotime();
	if (*now < next)
		return next;
	lock(&pp->timersLock);
	while (takedue(pp, *now, &due)) {
		unlock(&pp->timersLock); // f may add timers
		trace(TraceTimer, (uint64_t)(*now - due.when));
		if (RACING)
			racefresh();
		due.f(due.arg, due.seq);
		*ran = true;
		lock(&pp->timersLock);
	}
	next = pp->timer0When;
	unlock(&pp->timersLock);
	return next;
}

// Moves the timers of from, which will be destroyed, to to. The world is stopped.
void moveTimers(P *to, P *from)
{
	if (from->timerslen == 0)
		return;
	lock(&to->timersLock);
	for (int32_t i = 0; i < from->timerslen; i++)
		push(to, timerof(from->timers[i]));
	from->timerslen = 0;
	publish(from);
	unlock(&to->timersLock);
}

const Timer *timerat(const P *pp, int32_t i)
{
	return timerof(pp->timers[i]);
}

// The order in the heap stays.
void shiftTimers(P *pp, int64_t by)
{
	for (int32_t i = 0; i < pp->timerslen; i++) {
		TimerWhen *w = &pp->timers[i];

		if (w->when != INT64_MAX && __builtin_add_overflow(w->when, by, &w->when))
			w->when = INT64_MAX;
		timerof(*w)->when = w->when = max(w->when, (int64_t)1);
	}
	publish(pp);
}

// Returns when the first timer of all Ps is due. takepoll has exchanged lastpoll before; pairs
// with publish, after which wakeNetPoller loads lastpoll.
int64_t timeSleepUntil(void)
{
	int32_t n = atomic_load_acquire(&gomaxprocs); // first: allp has at least so many
	P **ps = atomic_load_acquire(&allp);
	int64_t next = INT64_MAX;

	for (int32_t i = 0; i < n; i++) {
		int64_t when = atomic_load_seqcst(&ps[i]->timer0When);

		if (when != 0 && when < next)
			next = when;
	}
	return next;
}
