// runq.h - queues of runnable goroutines.
#ifndef RT0_SCHED_RUNQ_H
#define RT0_SCHED_RUNQ_H

#include "runtime/runtime.h"

ALWAYS_INLINE bool gqueueEmpty(const Gqueue *q)
{
	return q->head == NULL;
}

void gqueuePush(Gqueue *q, G *gp);     // front
void gqueuePushBack(Gqueue *q, G *gp);
void gqueuePushBackAll(Gqueue *q, Gqueue *q2); // and empties q2
G *gqueuePop(Gqueue *q);
G *glistPop(Glist *l);
void glistPush(Glist *l, G *gp);

void runqput(P *pp, G *gp, bool next);
void runqputbatch(P *pp, Gqueue *q, int32_t n);
G *runqget(P *pp, bool *inheritTime);
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
