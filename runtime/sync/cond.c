// cond.c - waiting for something to change that a mutex protects.
//
// c->lock (a Mutex) protects the queue from head to tail. A waiter queues up before it
// unlocks c->l, so a signal after that finds it; and it may be found before it is
// parked. The two settle that under c->lock: a waiter that was signalled does not park,
// one that is not parked is not readied (sudog.ticket: parked).
//
// The waiters are signalled in the order in which they queued up. Go's tickets need
// no lock to queue up, but could not remove a waiter whose deadline has passed.
// wait, notify are not used.
//
// Follows Go's sync/cond.go and sema.go (notifyList).
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/sync/sync.h"

_Static_assert(sizeof(Mutex) == sizeof(uintptr_t), "c->lock is a Mutex");

static Mutex *lockof(rt_cond *c)
{
	return (Mutex *)&c->lock;
}

// ---- the queue, under c->lock -------------------------------------------------------

static void condput(rt_cond *c, Sudog *s)
{
	Sudog *last = (Sudog *)c->tail;

	s->prev = last;
	if (last)
		last->next = s;
	else
		atomic_store_relaxed(&c->head, (uintptr_t)s);
	c->tail = (uintptr_t)s;
	s->elem = c; // queued
}

static void condremove(rt_cond *c, Sudog *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		atomic_store_relaxed(&c->head, (uintptr_t)s->next);
	if (s->next)
		s->next->prev = s->prev;
	else
		c->tail = (uintptr_t)s->prev;
	s->prev = s->next = NULL;
	s->elem = NULL;
}

// The first that waits still, marked as signalled.
static Sudog *condtake(rt_cond *c)
{
	Sudog *s;

	while ((s = (Sudog *)c->head)) {
		condremove(c, s);
		if (!s->isSelect || claim(s->g)) {
			s->success = true;
			s->g->param = s;
			return s;
		}
	}
	return NULL;
}

// ---- waiting ------------------------------------------------------------------------

typedef struct {
	rt_cond *c;
	Sudog *s;
	int64_t when;
	Timer timer;
} Waiting;

// On g0. The timer, too, may only find a goroutine that is parked.
static bool park(G *gp, void *arg)
{
	Waiting *w = arg;
	Mutex *l = lockof(w->c);

	(void)gp;
	lock(l);
	if (w->s->success) {
		unlock(l);
		return false;
	}
	w->s->ticket = true;
	if (w->when != Never)
		addtimer(&w->timer);
	unlock(l);
	return true;
}

static bool condwait(rt_cond *c, int64_t when)
{
	Waiting w = { .c = c, .s = acquireSudog(), .when = when };
	Sudog *s = w.s;
	bool signalled;

	s->g = getg();
	s->success = false;
	s->isSelect = when != Never;
	beginwait(s->g);
	if (when != Never)
		settimer(&w.timer, s->g, when);
	lock(lockof(c));
	condput(c, s);
	unlock(lockof(c));
	rt_mutex_unlock(c->l);
	gopark(park, &w, WaitReasonCondWait);
	if (when != Never) {
		deltimer(&w.timer);
		lock(lockof(c));
		if (s->elem)
			condremove(c, s);
		unlock(lockof(c));
	}
	signalled = s->success;
	s->ticket = 0;
	s->isSelect = false;
	s->g = NULL;
	releaseSudog(s);
	rt_mutex_lock(c->l);
	return signalled;
}

// ---- interface ----------------------------------------------------------------------

void rt_cond_wait(rt_cond *c)
{
	preemptcheck();
	checkmemory(c, sizeof *c, "a cond");
	condwait(c, Never);
}

int rt_cond_wait_until(rt_cond *c, int64_t when)
{
	preemptcheck();
	checkmemory(c, sizeof *c, "a cond");
	return condwait(c, when) ? 0 : -ETIMEDOUT;
}

void rt_cond_signal(rt_cond *c)
{
	G *gp = NULL;
	Sudog *s;

	preemptcheck();
	checkmemory(c, sizeof *c, "a cond");
	// Who unlocked c->l before us to wait has queued up before that.
	if (!atomic_load_relaxed(&c->head))
		return;
	lock(lockof(c));
	s = condtake(c);
	if (s && s->ticket)
		gp = s->g;
	unlock(lockof(c));
	if (gp)
		goready(gp);
}

void rt_cond_broadcast(rt_cond *c)
{
	Gqueue list = { 0 };
	Sudog *s;
	G *gp;

	preemptcheck();
	checkmemory(c, sizeof *c, "a cond");
	if (!atomic_load_relaxed(&c->head))
		return;
	lock(lockof(c));
	while ((s = condtake(c))) {
		if (s->ticket)
			gqueuePushBack(&list, s->g);
	}
	unlock(lockof(c));
	while ((gp = gqueuePop(&list))) {
		gp->schedlink = NULL;
		goready(gp);
	}
}
