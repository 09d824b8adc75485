// cond.c - waiting for something to change that a mutex protects.
//
// A waiter queues up before it unlocks c->l, so a signal after that finds it; and it may be
// found before it is parked. The two settle that under the queue's lock: a waiter that was
// signalled does not park, one that is not parked is not readied (sudog.parked).
//
// The waiters are signalled in the order in which they queued up. Go's tickets need
// no lock to queue up, but could not remove a waiter whose deadline has passed.
//
// Follows Go's sync/cond.go and sema.go (notifyList).
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

// What an rt_cond has from its lock on.
typedef struct {
	Mutex lock;
	Waitq waiters; // lock protects; first is also read without it
} Condq;

_Static_assert(sizeof(Condq) == sizeof(rt_cond) - offsetof(rt_cond, lock), "lock, head, tail");

static Condq *queue(rt_cond *c)
{
	return (Condq *)&c->lock;
}

// ---- waiting ------------------------------------------------------------------------

typedef struct {
	Condq *q;
	Sudog *s;
	int64_t when;
	Timer timer;
} Waiting;

// On g0. The timer, too, may only find a goroutine that is parked.
static bool park(G *gp, void *arg)
{
	Waiting *w = arg;
	bool parks;

	(void)gp;
	lock(&w->q->lock);
	parks = !w->s->success;
	w->s->parked = parks;
	if (parks && w->when != Never)
		addtimer(&w->timer);
	unlock(&w->q->lock);
	return parks;
}

static bool condwait(rt_cond *c, int64_t when)
{
	G *gp = getg();
	Condq *q = queue(c);
	Waiting w = { .q = q, .s = newwaiter(gp, when != Never), .when = when };
	bool signalled;

	beginwait(gp);
	if (when != Never)
		settimer(&w.timer, gp, when);
	lock(&q->lock);
	enqueue(&q->waiters, w.s);
	unlock(&q->lock);
	rt_mutex_unlock(c->l);
	w.s->addr = c;
	gp->waiting = w.s;
	gopark(park, &w, WaitReasonCondWait);
	gp->waiting = NULL;
	if (when != Never) {
		deltimer(&w.timer);
		lock(&q->lock);
		unqueue(&q->waiters, w.s);
		unlock(&q->lock);
	}
	signalled = w.s->success;
	endwaiter(w.s);
	rt_mutex_lock(c->l);
	return signalled;
}

// Signals up to max waiters, in order.
static void condsignal(rt_cond *c, uint32_t max)
{
	Condq *q = queue(c);
	Gqueue list = { 0 };
	Sudog *s;

	checkmemory(c, sizeof *c, "a cond");
	raceuses(c);
	// A waiter that unlocked c->l before us has queued up before that.
	if (!atomic_load_relaxed(&q->waiters.first))
		return;
	lock(&q->lock);
	while (max-- > 0 && (s = dequeue(&q->waiters))) {
		G *gp = partner(s);

		if (s->parked)
			gqueuePushBack(&list, gp);
	}
	unlock(&q->lock);
	readywaiters(&list);
}

// ---- interface ----------------------------------------------------------------------

void rt_cond_wait(rt_cond *c)
{
	preemptcheck();
	checkmemory(c, sizeof *c, "a cond");
	raceuses(c);
	condwait(c, Never);
}

int rt_cond_wait_until(rt_cond *c, int64_t when)
{
	preemptcheck();
	checkmemory(c, sizeof *c, "a cond");
	raceuses(c);
	return condwait(c, when) ? 0 : -ETIMEDOUT;
}

void rt_cond_signal(rt_cond *c)
{
	preemptcheck();
	condsignal(c, 1);
}

void rt_cond_broadcast(rt_cond *c)
{
	preemptcheck();
	condsignal(c, UINT32_MAX);
}
