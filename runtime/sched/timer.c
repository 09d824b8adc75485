// timer.c - timers: a 4-ary heap for each P.
//
//	timers[(i-1)/4]->when <= timers[i]->when, for 0 < i < timerslen
//	timer0When == timers[0]->when, or 0 when there is none
//
// A P looks at its heap in each round of the scheduler; the clock is read only when there
// is a timer. An M without work looks at the others' heaps, and the last one sleeps in the
// poller until the earliest of all. timersLock protects the heap; timer0When is read
// without it.
//
// Follows Go's time.go of 1.14 (addtimer, runtimer, siftupTimer).
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/sched.h"

enum { Arity = 4, FirstCap = 16 };

// ---- the heap, under timersLock -----------------------------------------------------

static void siftup(Timer **t, int32_t i)
{
	Timer *tmp = t[i];

	while (i > 0) {
		int32_t p = (i - 1) / Arity;

		if (tmp->when >= t[p]->when)
			break;
		t[i] = t[p];
		i = p;
	}
	t[i] = tmp;
}

static int32_t leastchild(Timer **t, int32_t n, int32_t i)
{
	int32_t c = i * Arity + 1, last = min(c + Arity, n), least = c;

	while (++c < last) {
		if (t[c]->when < t[least]->when)
			least = c;
	}
	return least;
}

static void siftdown(Timer **t, int32_t n, int32_t i)
{
	Timer *tmp = t[i];

	while (i * Arity + 1 < n) {
		int32_t c = leastchild(t, n, i);

		if (t[c]->when >= tmp->when)
			break;
		t[i] = t[c];
		i = c;
	}
	t[i] = tmp;
}

static void publish(P *pp)
{
	int64_t when = pp->timerslen > 0 ? pp->timers[0]->when : 0;

	atomic_store_relaxed(&pp->timer0When, when);
	atomic_store_relaxed(&pp->numTimers, (uint32_t)pp->timerslen);
}

// Room for one more. The old array is given to who comes next: it is the size of a smaller
// heap, and heaps shrink rarely; it is not worth freeing.
static void grow(P *pp)
{
	int32_t cap = pp->timerscap ? 2 * pp->timerscap : FirstCap;
	Timer **t = persistentalloc((uintptr_t)cap * sizeof *t, PtrSize);

	__builtin_memcpy(t, pp->timers, (uintptr_t)pp->timerslen * sizeof *t);
	pp->timers = t;
	pp->timerscap = cap;
}

static void push(P *pp, Timer *t)
{
	if (pp->timerslen == pp->timerscap)
		grow(pp);
	t->pp = pp;
	pp->timers[pp->timerslen++] = t;
	siftup(pp->timers, pp->timerslen - 1);
	publish(pp);
}

static void poptop(P *pp)
{
	pp->timers[0]->pp = NULL;
	pp->timers[0] = pp->timers[--pp->timerslen];
	if (pp->timerslen > 0)
		siftdown(pp->timers, pp->timerslen, 0);
	publish(pp);
}

// ---- adding -------------------------------------------------------------------------

// A timer earlier than what the poller sleeps for: it must look again. This P looks at its
// own heap before it goes idle, so nothing is lost between the two.
static void wakeNetPoller(int64_t when)
{
	int64_t until;

	if (atomic_load_relaxed(&sched.lastpoll) != 0)
		return;
	until = atomic_load_relaxed(&sched.pollUntil);
	if (until == 0 || until > when)
		netpollBreak();
}

void addtimer(Timer *t)
{
	M *mp = acquirem();
	P *pp = mp->p;

	netpollGenericInit();
	if (t->when <= 0)
		t->when = INT64_MAX;
	lock(&pp->timersLock);
	push(pp, t);
	unlock(&pp->timersLock);
	wakeNetPoller(t->when);
	releasem(mp);
}

// ---- running ------------------------------------------------------------------------

// Takes the first timer off if it is due, or moves it on if it is periodic.
static bool takedue(P *pp, int64_t now, Timer *due)
{
	Timer *t = pp->timerslen > 0 ? pp->timers[0] : NULL;

	if (!t || t->when > now)
		return false;
	*due = *t; // f may let its owner start it again, or free it
	if (t->period > 0) {
		t->when += t->period * (1 + (now - t->when) / t->period);
		siftdown(pp->timers, pp->timerslen, 0);
		publish(pp);
	} else {
		poptop(pp);
	}
	return true;
}

int64_t checkTimers(P *pp, int64_t *now, bool *ran)
{
	int64_t next = atomic_load_relaxed(&pp->timer0When);
	Timer due;

	*ran = false;
	if (next == 0)
		return 0;
	if (*now == 0)
		*now = nanotime();
	if (*now < next)
		return next;
	lock(&pp->timersLock);
	while (takedue(pp, *now, &due)) {
		unlock(&pp->timersLock); // f may add timers
		due.f(due.arg, due.seq);
		*ran = true;
		lock(&pp->timersLock);
	}
	next = pp->timer0When;
	unlock(&pp->timersLock);
	return next;
}

// The timers of from, which is going away, to to. The world is stopped.
void moveTimers(P *to, P *from)
{
	if (from->timerslen == 0)
		return;
	lock(&to->timersLock);
	for (int32_t i = 0; i < from->timerslen; i++)
		push(to, from->timers[i]);
	from->timerslen = 0;
	publish(from);
	unlock(&to->timersLock);
}

int64_t timeSleepUntil(void)
{
	int32_t n = atomic_load_acquire(&gomaxprocs); // first: allp has at least so many
	P **ps = atomic_load_acquire(&allp);
	int64_t next = INT64_MAX;

	for (int32_t i = 0; i < n; i++) {
		int64_t when = atomic_load_relaxed(&ps[i]->timer0When);

		if (when != 0 && when < next)
			next = when;
	}
	return next;
}
