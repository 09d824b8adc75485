// runq.c - queues of runnable goroutines: the bounded ring that each P owns, and the
// global queue.
//
// Unyielding: the caller passes its own P, often on a goroutine's stack and without
// acquirem, and must still own it at every store.
//
// Follows Go's proc.go (runqput, runqget, runqgrab, globrunqget). The owner alone advances
// the tail; owner and thieves advance the head by compare-and-swap.
//
//	0 <= tail - head <= RunqSize
//
// runnext holds one G that runs before the ring, in the rest of the time slice of the G that
// readied it. Any M may take it by compare-and-swap; the owner alone fills it.
//
// built: unyielding hot
#include "runtime/base/replay.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/own.h"
#include "runtime/sched/runq.h"

enum { Ahead = 6 }; // places, of those that go to the global queue together

// Moves half of the ring, then gp, to the global queue. Returns false if a thief was quicker:
// then there is room.
static bool runqputslow(P *pp, G *gp, uint32_t h, uint32_t t)
{
	Gqueue q = { 0 };
	uint32_t n = (t - h) / 2;

	if (n != RunqSize / 2)
		throw("runqputslow: queue is not full");
	if (!atomic_cas(&pp->runqhead, h, h + n)) // takes them; competes with runqgrab's
		return false;
	for (uint32_t i = 0; i < n; i++) { // the owner alone writes to the slots
		gqueuePushBack(&q, pp->runq[(h + i) % RunqSize]);
		if (i >= Ahead)
			pp->runq[(h + i - Ahead) % RunqSize]->ahead = q.tail;
	}
	gqueuePushBack(&q, gp);
	lock(&sched.lock);
	globrunqputbatch(&q, (int32_t)n + 1);
	unlock(&sched.lock);
	return true;
}

// Puts gp on the owner's queue: as runnext, or at the ring's tail. The owner only.
HOTSTEP void runqput(P *pp, G *gp, bool next)
{
	if (REPLAYING) {
		replayput(gp);
		return;
	}
	if (Stress && next && fastrandn(2) == 0)
		next = false;
	if (next) {
		// Publishes gp to thieves; the locked instruction also orders it before
		// the caller's loads of npidle and nmspinning (wakep).
		gp = atomic_xchg(&pp->runnext, gp);
		if (!gp)
			return;
		// The old runnext is kicked out to the ring.
	}
	for (;;) {
		uint32_t h = atomic_load_acquire(&pp->runqhead); // pairs with the takers' cas
		uint32_t t = pp->runqtail;

		if (t - h < RunqSize) {
			atomic_store_relaxed(&pp->runq[t % RunqSize], gp);
			if (next) // publishes the slot; pairs with runqgrab's load of the tail
				atomic_store_release(&pp->runqtail, t + 1);
			else // and, being locked, orders it before wakep's loads
				atomic_xchg(&pp->runqtail, t + 1);
			return;
		}
		if (runqputslow(pp, gp, h, t))
			return;
	}
}

// Puts the n Gs of q on the ring; those that do not fit go to the global queue.
COLD void runqputbatch(P *pp, Gqueue *q, int32_t n)
{
	uint32_t h = atomic_load_acquire(&pp->runqhead);
	uint32_t t = pp->runqtail;

	if (REPLAYING) {
		for (; n > 0; n--)
			replayput(gqueuePop(q));
		return;
	}
	for (; n > 0 && t - h < RunqSize; n--, t++)
		atomic_store_relaxed(&pp->runq[t % RunqSize], gqueuePop(q));
	// Publishes the slots; pairs with runqgrab. Locked, as in runqput.
	atomic_xchg(&pp->runqtail, t);
	if (n == 0)
		return;
	lock(&sched.lock);
	globrunqputbatch(q, n);
	unlock(&sched.lock);
}

HOTSTEP G *runqget(P *pp, bool *inheritTime)
{
	return runqtake(pp, inheritTime);
}

// Returns whether pp's queue is empty; never spuriously true. Reading runqhead, runqtail and
// runnext one after the other is not enough, because runqput may kick a runnext into the ring
// meanwhile. findrunnable calls this after it has released the P and stopped spinning; pairs
// with runqput's exchange, after which wakep loads nmspinning.
bool runqempty(P *pp)
{
	if (REPLAYING)
		return replayempty();
	for (;;) {
		uint32_t h = atomic_load_seqcst(&pp->runqhead);
		uint32_t t = atomic_load_seqcst(&pp->runqtail);
		G *next = atomic_load_seqcst(&pp->runnext);

		if (t == atomic_load_seqcst(&pp->runqtail))
			return h == t && !next;
	}
}

// Steals pp's runnext into batch[0].
static uint32_t runqgrabnext(P *pp, G **batch, uint32_t at)
{
	G *next = atomic_load_relaxed(&pp->runnext);

	if (!next)
		return 0;
	// Give pp a chance to run it: a goroutine that readies another and then blocks is
	// the usual case, and its partner should not be dragged over here. A sync channel
	// operation takes some 50 ns; 3 us is ample.
	if (isrunning(pp))
		usleep(3);
	if (!atomic_cas(&pp->runnext, next, NULL))
		return 0;
	batch[at % RunqSize] = next;
	return 1;
}

// Grabs half of pp's ring, rounded up, into the ring batch at position at. Returns how
// many. Any P may do this.
static uint32_t runqgrab(P *pp, G **batch, uint32_t at, bool stealRunNextG)
{
	for (;;) {
		uint32_t h = atomic_load_acquire(&pp->runqhead); // competes with other takers
		uint32_t t = atomic_load_acquire(&pp->runqtail); // pairs with runqput's store
		uint32_t n = t - h - (t - h) / 2;

		if (n == 0)
			return stealRunNextG ? runqgrabnext(pp, batch, at) : 0;
		if (n > RunqSize / 2) // h and t are not of one moment
			continue;
		for (uint32_t i = 0; i < n; i++)
			batch[(at + i) % RunqSize] =
				atomic_load_relaxed(&pp->runq[(h + i) % RunqSize]);
		if (atomic_cas(&pp->runqhead, h, h + n)) // takes them: the copies are good
			return n;
	}
}

// Steals half of p2's queue for pp, whose ring must be empty. Returns one to run.
G *runqsteal(P *pp, P *p2, bool stealRunNextG)
{
	uint32_t t = pp->runqtail;
	uint32_t n = runqgrab(p2, pp->runq, t, stealRunNextG);
	G *gp;

	if (n == 0)
		return NULL;
	n--;
	gp = pp->runq[(t + n) % RunqSize];
	if (n == 0)
		return gp;
	if (t - atomic_load_acquire(&pp->runqhead) + n >= RunqSize)
		throw("runqsteal: runq overflow");
	atomic_store_release(&pp->runqtail, t + n); // publishes the slots; pairs with runqgrab
	return gp;
}

// ---- the global queue, under sched.lock ---------------------------------------------

// Written under the lock; read without it by schedule and findrunnable.
void addrunqsize(int32_t n)
{
	atomic_store_relaxed(&sched.runqsize, sched.runqsize + n);
}

void globrunqput(G *gp)
{
	gqueuePushBack(&sched.runq, gp);
	addrunqsize(1);
}

void globrunqputhead(G *gp)
{
	gqueuePush(&sched.runq, gp);
	addrunqsize(1);
}

void globrunqputbatch(Gqueue *batch, int32_t n)
{
	gqueuePushBackAll(&sched.runq, batch);
	addrunqsize(n);
}

// Takes pp's fair share of the global queue (at most maxn if that is not 0): returns one,
// the others go to pp's ring.
G *globrunqget(P *pp, int32_t maxn)
{
	int32_t n = sched.runqsize / gomaxprocs + 1;
	G *gp;

	if (sched.runqsize == 0)
		return NULL;
	n = min(n, sched.runqsize);
	if (maxn > 0)
		n = min(n, maxn);
	n = min(n, RunqSize / 2);

	addrunqsize(-n);
	gp = gqueuePop(&sched.runq);
	while (--n > 0) {
		G *next = gqueuePop(&sched.runq);

		// Most often it has left the processor's cache. Where nobody has written it,
		// this is what was there before, and does no harm.
		if (next->ahead)
			__builtin_prefetch(&next->ahead->schedlink);
		runqput(pp, next, false);
	}
	return gp;
}

// Like globrunqget, but acquires sched.lock.
G *globrunqtake(P *pp, int32_t maxn)
{
	G *gp;

	lock(&sched.lock);
	gp = globrunqget(pp, maxn);
	unlock(&sched.lock);
	return gp;
}
