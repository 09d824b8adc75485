// lock.c - the runtime's mutex of threads: one holder, no wake-up lost, and what it protects is
// ordered.
//
// source: runtime/lock/lock.c
// mutant: the sleeper does not tell the unlocker
// - uint32_t v = atomic_xchg(&l->key, Sleeping);
// + uint32_t v = Locked;
// - futexsleep(&l->key, Sleeping, -1);
// + futexsleep(&l->key, Locked, -1);
// mutant: having slept, it acquires the lock as if alone
// - wait = Sleeping;
// + wait = Locked;
// mutant: the unlocker wakes nobody
// - futexwakeup(&l->key, 1);
// +
// mutant: unlock is no release
// - atomic_xadd(&l->key, -1u)
// + __atomic_sub_fetch(&l->key, 1, __ATOMIC_RELAXED)
// mutant: lock is no acquire
// - unlikely(!atomic_cas(&l->key, Unlocked, Locked))
// + !relaxedcas(&l->key, Unlocked, Locked)
// mutant: the sleeper acquires without a cas
// - if (atomic_cas(&l->key, Unlocked, wait))
// + if (atomic_store_relaxed(&l->key, wait), true)
#include "tests/model/world.h"
#include "runtime/lock/lock.c"

static Mutex l;
static int inside, count;

static void once(void)
{
	lock(&l);
	mc_assert(inside++ == 0);
	count++;
	inside--;
	unlock(&l);
}

static void locker(void *arg)
{
	(void)arg;
	once();
}

static void twice(void *arg)
{
	(void)arg;
	once();
	once();
}

static void setup(int n, void (*fn)(void *))
{
	makeworld(n);
	mc_name(&l, sizeof l, "l", -1);
	for (int i = 0; i < n; i++)
		threadong(i == 0 ? fn : locker, i);
}

static void two(void)
{
	setup(2, twice);
}

static void three(void)
{
	setup(3, locker);
}

static void threemore(void)
{
	setup(3, twice);
}

static void unlocked(void)
{
	mc_assert(l.key == 0);
	mc_assert(wm[0].locks == 0 && wm[1].locks == 0);
}

const Scenario mc_scenarios[] = {
	{ "two", two, unlocked, false },
	{ "three", three, unlocked, false },
	{ "threemore", threemore, unlocked, true },
	{ 0 },
};
