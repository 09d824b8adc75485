// waiter.c - waits that more than one may end: a partner on any of several queues, or the
// clock.
//
// gp->selectDone counts such waits, in steps of two: even while the wait is undecided, odd
// once it is claimed. A waker that has found one of its Sudogs (mustclaim) on a queue, or the
// clock when its deadline has passed, claims it by compare-and-swap from
// even to odd. Exactly one succeeds, and that one readies the goroutine, with gp->param the
// Sudog, or NULL for the clock. The others continue as if they had not found it.
//
//   - The claimed goroutine is parked: queues are under locks that it holds until it is,
//     and its timer starts after that, before those locks are released.
//   - A partner finds a Sudog only while the wait that it belongs to lasts: the goroutine
//     removes the remaining Sudogs from their queues, under the queues' locks, before it
//     continues.
//   - The clock may come late: its function may be called, on another M, when deltimer
//     says that it is too late to stop it, and run when the goroutine is in another wait
//     or dead. It has the number of its wait (seq), which is a different one then. Gs
//     are never freed, and the count continues in the next goroutine's life.
//
// So a deadline that meets a hand-off or a close ends in exactly one of the two, and the
// Sudog leaves its queue exactly once: removed by the partner, even if the claim failed, or
// otherwise by the goroutine itself.
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/timer.h"
#include "runtime/sync/waiter.h"

uint32_t beginwait(G *gp)
{
	uint32_t seq = (gp->selectDone | 1) + 1;

	atomic_store_relaxed(&gp->selectDone, seq); // published by the queue's lock
	gp->param = NULL;
	return seq;
}

NOSPLIT Sudog *firstclaimed(Waitq *q, Sudog *s)
{
	while (s && s->mustclaim && !claim(s->g))
		s = dequeueany(q);
	return s;
}

void readywaiters(Gqueue *list)
{
	G *gp;

	while ((gp = gqueuePop(list))) {
		gp->schedlink = NULL;
		goready(gp);
	}
}

static void waitexpired(void *arg, uintptr_t seq)
{
	G *gp = arg;

	if (!atomic_cas(&gp->selectDone, (uint32_t)seq, (uint32_t)seq | 1))
		return;
	goready(gp); // param is NULL
}

void settimer(Timer *t, G *gp, int64_t when)
{
	*t = (Timer){
		.when = when,
		.f = waitexpired,
		.arg = gp,
		.seq = gp->selectDone,
		.stoppable = true,
	};
}

typedef struct {
	Mutex *lock;
	Timer timer;
} Timed;

// Before the unlock: once that is done a partner may let the goroutine go, and its timer
// would be started after it was stopped.
static UNCHECKED_LOCKS bool timedcommit(G *gp, void *arg)
{
	Timed *t = arg;
	Mutex *l = t->lock;

	(void)gp;
	addtimer(&t->timer);
	unlock(l);
	return true;
}

bool parkuntil(Mutex *l, WaitReason reason, int64_t when)
{
	G *gp = getg();
	Timed t = { .lock = l };

	settimer(&t.timer, gp, when);
	goparkreleasing(l, timedcommit, &t, reason);
	if (!gp->param)
		return false;
	deltimer(&t.timer);
	return true;
}
