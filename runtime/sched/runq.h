// runq.h - queues of runnable goroutines.
#ifndef RT0_SCHED_RUNQ_H
#define RT0_SCHED_RUNQ_H

#include "runtime/base/replay.h"
#include "runtime/runtime.h"

ALWAYS_INLINE bool gqueueEmpty(const Gqueue *q)
{
	return q->head == NULL;
}

ALWAYS_INLINE void gqueuePush(Gqueue *q, G *gp)
{
	gp->schedlink = q->head;
	q->head = gp;
	if (!q->tail)
		q->tail = gp;
}

ALWAYS_INLINE void gqueuePushBack(Gqueue *q, G *gp)
{
	gp->schedlink = NULL;
	if (q->tail)
		q->tail->schedlink = gp;
	else
		q->head = gp;
	q->tail = gp;
}

ALWAYS_INLINE void gqueuePushBackAll(Gqueue *q, Gqueue *q2)
{
	if (!q2->tail)
		return;
	q2->tail->schedlink = NULL;
	if (q->tail)
		q->tail->schedlink = q2->head;
	else
		q->head = q2->head;
	q->tail = q2->tail;
	*q2 = (Gqueue){ 0 };
}

ALWAYS_INLINE G *gqueuePop(Gqueue *q)
{
	G *gp = q->head;

	if (gp) {
		q->head = gp->schedlink;
		if (!q->head)
			q->tail = NULL;
	}
	return gp;
}

ALWAYS_INLINE G *glistPop(Glist *l)
{
	G *gp = l->head;

	if (gp)
		l->head = gp->schedlink;
	return gp;
}

ALWAYS_INLINE void glistPush(Glist *l, G *gp)
{
	gp->schedlink = l->head;
	l->head = gp;
}

void runqput(P *pp, G *gp, bool next);
void runqputbatch(P *pp, Gqueue *q, int32_t n);

// Prefetches the Gs behind the one at h, and their stacks, because they are rarely in the
// processor's cache when their turn comes. Pointers left from earlier rounds do no harm.
ALWAYS_INLINE void prefetchnext(P *pp, uint32_t h)
{
	const G *gp = pp->runq[(h + 2) % RunqSize];

	__builtin_prefetch(pp->runq[(h + 4) % RunqSize]);
	if (likely(gp))
		__builtin_prefetch((void *)gp->sched.sp);
}

// Takes the next G of the owner's queue. *inheritTime: it runs in the rest of this slice.
ALWAYS_INLINE G *runqtake(P *pp, bool *inheritTime)
{
	G *next = atomic_load_relaxed(&pp->runnext);

	if (REPLAYING)
		return replaytake(inheritTime);
	// If the swap fails a thief took it, and only the owner can put another there.
	if (next && atomic_cas(&pp->runnext, next, NULL)) {
		*inheritTime = true;
		return next;
	}
	*inheritTime = false;
	for (;;) {
		uint32_t h = atomic_load_acquire(&pp->runqhead); // competes with thieves
		G *gp;

		if (h == pp->runqtail)
			return NULL;
		gp = pp->runq[h % RunqSize];
		prefetchnext(pp, h);
		if (atomic_cas(&pp->runqhead, h, h + 1)) // takes it
			return gp;
	}
}

G *runqget(P *pp, bool *inheritTime); // runqtake, as a step of the start-up
bool runqempty(P *pp);
G *runqsteal(P *pp, P *p2, bool stealRunNextG);
// The caller has put n more on the global queue, or taken them.
void addrunqsize(int32_t n) HOLDS(sched.lock);
void globrunqput(G *gp) HOLDS(sched.lock);
void globrunqputhead(G *gp) HOLDS(sched.lock);
void globrunqputbatch(Gqueue *batch, int32_t n) HOLDS(sched.lock);
G *globrunqget(P *pp, int32_t maxn) HOLDS(sched.lock);
G *globrunqtake(P *pp, int32_t maxn);

#endif
