// waiter.h - goroutines that wait in queues: of channels, semaphores, conds.
//
// A waiter is the Sudog of a goroutine: newwaiter, before it is queued; endwaiter, when it
// is off the queue again. The queue's lock protects it from then on.
#ifndef RT0_SYNC_WAITER_H
#define RT0_SYNC_WAITER_H

#include "runtime/sched/sudog.h"

// mustclaim: a deadline or another queue may end the wait, too. The fields of the union are
// the caller's, or semqueue's.
ALWAYS_INLINE Sudog *newwaiter(G *gp, bool mustclaim)
{
	Sudog *s = acquireSudog();

	s->g = gp;
	s->queued = false;
	s->mustclaim = mustclaim;
	s->success = false;
	s->parked = false;
	return s;
}

ALWAYS_INLINE void endwaiter(Sudog *s)
{
	releaseSudog(s);
}

// ---- waits that more than one may end: waiter.c -------------------------------------

// Begins such a wait of gp, the caller, before its Sudogs are queued. Returns its number.
uint32_t beginwait(G *gp);
// Claims gp's wait, under the lock of the queue that gp's Sudog was found on. If it returns
// true the caller must end the wait: set gp->param and ready gp.
ALWAYS_INLINE bool claim(G *gp)
{
	uint32_t seq = atomic_load_relaxed(&gp->selectDone);

	return !(seq & 1) && atomic_cas(&gp->selectDone, seq, seq | 1);
}
// Makes t the deadline of gp's wait. Start it when gp is parked, before any of its queues'
// locks is released; stop it (deltimer) when a partner has ended the wait.
void settimer(Timer *t, G *gp, int64_t when);
// Parks a goroutine with one Sudog on a queue of l, which it holds. Returns false if the
// deadline came; the Sudog may be on the queue still.
bool parkuntil(Mutex *l, WaitReason reason, int64_t when) RELEASES(*l);

// Ends the wait of s with success. The caller has claimed the wait and removed s from its
// queue. Returns the goroutine, to be readied without locks.
ALWAYS_INLINE G *partner(Sudog *s)
{
	G *gp = s->g;

	s->success = true;
	gp->param = s;
	return gp;
}

// Readies all of list, in order.
void readywaiters(Gqueue *list);

// ---- queues, first in first out, under their lock -----------------------------------

typedef struct {
	Sudog *first, *last; // first is also read without the lock
} Waitq;

ALWAYS_INLINE void enqueue(Waitq *q, Sudog *s)
{
	s->queued = true;
	s->next = NULL;
	s->prev = q->last;
	if (q->last)
		q->last->next = s;
	else
		atomic_store_relaxed(&q->first, s);
	q->last = s;
}

// Removes s from the middle, in constant time, unless a partner has done so.
ALWAYS_INLINE void unqueue(Waitq *q, Sudog *s)
{
	if (!s->queued)
		return;
	s->queued = false;
	if (s->prev)
		s->prev->next = s->next;
	else
		atomic_store_relaxed(&q->first, s->next);
	if (s->next)
		s->next->prev = s->prev;
	else
		q->last = s->prev;
}

// Removes and returns the first, even if its wait has been claimed.
ALWAYS_INLINE Sudog *dequeueany(Waitq *q)
{
	Sudog *s = q->first;

	if (!s)
		return NULL;
	atomic_store_relaxed(&q->first, s->next);
	if (s->next)
		s->next->prev = NULL;
	else
		q->last = NULL;
	s->queued = false;
	return s;
}

// Returns s, or the first behind it in q, whose wait the caller has claimed. Drops those
// whose wait another queue or the deadline has ended.
Sudog *firstclaimed(Waitq *q, Sudog *s);

ALWAYS_INLINE Sudog *dequeue(Waitq *q)
{
	Sudog *s = dequeueany(q);

	return s && unlikely(s->mustclaim) ? firstclaimed(q, s) : s;
}

#endif
