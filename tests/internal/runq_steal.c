// tests/internal/runq_steal.c - an owner and three thieves: nothing is lost, nothing
// comes twice.
//
// Promises: of a million Gs that the owner puts on its queue, in the ring and as runnext,
// each is got exactly once, by the owner or by a thief that works on another thread.
#include "internal.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/yieldcheck.h"

enum { Million = 1000000, Thieves = 3 };

static P owner, thief[Thieves];
static uint8_t seen[Million];
static uint32_t done; // the owner has put and got all it will
static int64_t stolen[Thieves];
static rt_waitgroup all;

// The queues pass the pointers on, and read a little of what is there.
static uint64_t memory[Million + sizeof(G) / sizeof(uint64_t)];

static G *fake(int64_t i)
{
	return (G *)&memory[i];
}

static void see(G *gp)
{
	uintptr_t i = (uintptr_t)((uint64_t *)gp - memory);

	check(i < Million);
	equal(atomic_xadd(&seen[i], 1), 1);
}

static bool get(P *pp)
{
	bool inherit;
	G *gp = runqget(pp, &inherit);

	if (gp)
		see(gp);
	return gp != NULL;
}

// A full ring would go to the global queue: so it never gets quite full. Nobody else
// adds to it.
static bool room(void)
{
	return owner.runqtail - atomic_load_acquire(&owner.runqhead) < RunqSize - 1;
}

static void own(void *arg)
{
	int64_t put = 0;

	(void)arg;
	rt_lock_os_thread();
	while (put < Million) {
		uint32_t burst = fastrandn(2 * RunqSize);

		for (; burst > 0 && put < Million && room(); burst--)
			runqput(&owner, fake(put++), fastrandn(3) == 0);
		for (burst = fastrandn(RunqSize); burst > 0 && get(&owner); burst--)
			;
	}
	while (get(&owner))
		;
	check(runqempty(&owner));
	atomic_store_release(&done, 1);
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

static void stealall(void *arg)
{
	intptr_t me = (intptr_t)arg;
	P *pp = &thief[me];

	rt_lock_os_thread();
	while (!atomic_load_acquire(&done)) {
		G *gp = runqsteal(pp, &owner, fastrandn(2) == 0);

		if (!gp) {
			preemptcheck();
			continue;
		}
		see(gp);
		for (stolen[me]++; get(pp); stolen[me]++)
			;
		check(runqempty(pp));
	}
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

int rt_main(int nargs, char **args)
{
	int64_t n = 0;

	(void)nargs, (void)args;
	rt_gomaxprocs(Thieves + 1);
	owner.runqhead = owner.runqtail = 0xfffffff0;
	rt_waitgroup_add(&all, Thieves + 1);
	for (intptr_t i = 0; i < Thieves; i++)
		rt_go(stealall, (void *)i);
	rt_go(own, NULL);
	rt_waitgroup_wait(&all);
	for (int64_t i = 0; i < Million; i++)
		equal(seen[i], 1);
	for (int i = 0; i < Thieves; i++)
		n += stolen[i];
	check(n > 0);
	return 0;
}
