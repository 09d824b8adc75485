// sema.c - semaphores of goroutines: a permit for each release, to one goroutine; none waits
// beside a permit.
//
// source: runtime/sync/sema.c runtime/sync/waiter.c
// mutant: the release looks for waiters by an acquire alone
// - if (atomic_load_seqcst(&root->nwait) == 0)
// + if (atomic_load_acquire(&root->nwait) == 0)
// mutant: the waiter looks for a permit by an acquire alone
// - uint32_t v = atomic_load_seqcst(addr);
// + uint32_t v = atomic_load_acquire(addr);
// mutant: the waiter looks for a permit before it counts itself
// - if (!counted)\n\t\t\tatomic_xadd(&root->nwait, 1);
// + got = cansemacquire(addr); if (!counted) atomic_xadd(&root->nwait, 1); if (!got && !late) goto park;
// - s->mustclaim = until != NULL;
// + park: s->mustclaim = until != NULL;
// mutant: the permit is added by a load and a store | --memory tso
// - atomic_xadd(addr, 1); // then
// + atomic_store_release(addr, atomic_load_relaxed(addr) + 1); //
// mutant: a waiter that gives up at the deadline stays counted and queued
// - if (s->queued) // the deadline came
// + if (false) //
// mutant: the waker does not claim the wait
// - if (!s->mustclaim || claim(s->g)) {
// + if (true) {
#include "tests/model/gworld.h"
#include "runtime/sync/sema.c"
#include "runtime/sync/waiter.c"

static uint32_t sem;
static int data, got;

static void releaser(void *arg)
{
	(void)arg;
	data++;
	semrelease(&sem);
	ends();
}

static void acquirer(void *arg)
{
	(void)arg;
	semacquire(&sem, WaitReasonSemacquire);
	mc_assert(data > 0);
	got++;
	ends();
}

static void named(int n, bool clock)
{
	makegoroutines(n, clock);
	mc_name(&sem, sizeof sem, "sem", -1);
	mc_name(semtable, sizeof semtable, "semtable", -1);
	mc_ignore(&got, sizeof got);
}

static void pair(void)
{
	named(2, false);
	threadong(releaser, 0);
	threadong(acquirer, 1);
}

static void gotone(void)
{
	mc_assert(got == 1 && sem == 0 && semroot(&sem)->nwait == 0 && !semroot(&sem)->treap);
	sudogsback(2);
}

// Two permits, for two.
static void release2(void *arg)
{
	(void)arg;
	data = 1;
	semrelease(&sem);
	semrelease(&sem);
}

static void compete(void)
{
	named(3, false);
	threadong(release2, 0);
	threadong(acquirer, 1);
	threadong(acquirer, 2);
}

static void gottwo(void)
{
	mc_assert(got == 2 && sem == 0 && semroot(&sem)->nwait == 0 && !semroot(&sem)->treap);
	sudogsback(3);
}

// The one that acquires first hands its permit to another.
static void handover(void *arg)
{
	(void)arg;
	semacquire(&sem, WaitReasonSemacquire);
	got++;
	data++;
	semrelease1(&sem, true);
}

static void chain(void)
{
	named(3, false);
	threadong(releaser, 0);
	threadong(handover, 1);
	threadong(handover, 2);
}

static void handedover(void)
{
	mc_assert(got == 2 && data == 3 && sem == 1 && semroot(&sem)->nwait == 0);
	sudogsback(3);
}

static void timedacquirer(void *arg)
{
	SemaUntil until = { .when = Soon };

	(void)arg;
	if (semacquire1(&sem, false, WaitReasonSemacquire, &until)) {
		mc_assert(data > 0);
		got++;
	}
	ends();
}

static void deadline(void)
{
	named(2, true);
	threadong(releaser, 0);
	threadong(timedacquirer, 1);
	makeclock(2, 2);
}

static void permitsomewhere(void)
{
	mc_assert(got + (int)sem == 1 && semroot(&sem)->nwait == 0 && !semroot(&sem)->treap);
	sudogsback(2);
}

const Scenario mc_scenarios[] = {
	{ "pair", pair, gotone, false },
	{ "compete", compete, gottwo, false },
	{ "deadline", deadline, permitsomewhere, false },
	{ "chain", chain, handedover, false },
	{ 0 },
};
