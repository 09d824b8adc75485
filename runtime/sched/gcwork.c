// gcwork.c - goroutines of the runtime's that wait until the collector has work for them.
//
// They are there in all programs, but the collector only in those that call it: it says here
// which functions do the work.
//
// Follows Go's mgcsweep.go (sweep) and proc.go (forcegcstate).
//
// built: unchecked
#include "runtime/lock/lock.h"
#include "runtime/sched/gcwork.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"

Worker sweeper = { .lock.rank = RANKED(RankGCWork) }, forcegc = { .lock.rank = RANKED(RankGCWork) };
bool (*sweeponefn)(void);
void (*forcegcfn)(void);
int64_t lastgc;

static bool parkworker(G *gp, void *arg)
{
	Worker *w = arg;
	bool parks;

	lock(&w->lock);
	parks = !w->wanted;
	w->wanted = false;
	if (parks)
		w->g = gp;
	atomic_store_relaxed(&w->idle, parks);
	unlock(&w->lock);
	return parks;
}

void workerpark(Worker *w, WaitReason reason)
{
	gopark(parkworker, w, reason);
}

void workerwake(Worker *w)
{
	G *gp;

	lock(&w->lock);
	gp = w->g;
	w->g = NULL;
	w->wanted = !gp;
	atomic_store_relaxed(&w->idle, false);
	unlock(&w->lock);
	if (gp) {
		Gqueue list = { gp, gp };

		gp->schedlink = NULL;
		injectglist(&list);
	}
}
