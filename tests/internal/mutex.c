// tests/internal/mutex.c - the runtime's mutex under contention.
//
// Promises: of threads that take it in turns, only one is inside, and none is left
// sleeping; it is free afterwards; locks in the order of their ranks, and of their
// addresses within one rank, nest, and may be released in any order.
// matrix: THREADS=1,2,4,8
#include "internal.h"

enum { Rounds = 200000 };

static Mutex mutex;
static int64_t counter; // under mutex, not atomic
static int64_t inside;  // the thread that has it
static rt_waitgroup all;

static void count(void *arg)
{
	int64_t me = (intptr_t)arg;

	rt_lock_os_thread();
	for (int i = 0; i < Rounds; i++) {
		lock(&mutex);
		check(mutex.key != 0);
		equal(inside, 0);
		inside = me;
		counter++;
		if (i % 8192 == 0)
			osyield(); // so that the others go to sleep; among ten busy processes that takes 40 ms
		equal(inside, me);
		inside = 0;
		unlock(&mutex);
		if (i % 512 == 0)
			rt_gosched();
	}
	equal(acquirem()->locks, 1); // this one
	releasem(getg()->m);
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

static void ranks(void)
{
	static Mutex m[8];
	M *mp;

	for (uint32_t i = 0; i < nelem(m); i++)
		lockInit(&m[i], RankHeap + i / 4); // four of each rank
	mp = acquirem();
	for (uint32_t step = 1; step < nelem(m); step += 2) { // coprime to 8
		for (uint32_t i = 0; i < nelem(m); i++)
			lock(&m[i]);
		equal(mp->locks, nelem(m) + 1);
		if (Debug)
			equal(mp->locksHeldLen, nelem(m));
		for (uint32_t i = 0; i < nelem(m); i++)
			unlock(&m[(i * step + 3) % nelem(m)]);
		equal(mp->locks, 1);
		equal(mp->locksHeldLen, 0);
	}
	releasem(mp);
}

int rt_main(int nargs, char **args)
{
	int n = (int)number(rt_getenv("THREADS"));

	(void)nargs, (void)args;
	rt_gomaxprocs(n);
	rt_waitgroup_add(&all, n);
	for (intptr_t i = 1; i <= n; i++)
		rt_go(count, (void *)i);
	rt_waitgroup_wait(&all);
	equal(counter, (int64_t)n * Rounds);
	equal(mutex.key, 0);
	ranks();
	return 0;
}
