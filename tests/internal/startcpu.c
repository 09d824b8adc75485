// tests/internal/startcpu.c - when the program begins, its threads may run where the process might.
//
// Promises: the threads of the start may, and so may one that was made meanwhile with a P of its own;
// a mask that was set from outside meanwhile stays.
// matrix: GOMAXPROCS=2,4
#include "internal.h"
#include "runtime/sched/m.h"
#include "runtime/sched/p.h"
#include "runtime/sched/wake.h"

static int32_t pinned;
static M *made;

static int32_t processors(int32_t tid)
{
	uint8_t mask[1024];
	int64_t r = sched_getaffinity(tid, sizeof mask, mask);
	int32_t n = 0;

	for (int64_t i = 0; i < r; i++)
		n += __builtin_popcount(mask[i]);
	return n;
}

static void count(void *unused)
{
	(void)unused;
	pinned = 0;
	lock(&sched.lock);
	for (M *mp = allm; mp; mp = mp->alllink) {
		int32_t tid = (int32_t)atomic_load_acquire(&mp->procid);

		pinned += tid == 0 || processors(tid) != ncpu;
	}
	unlock(&sched.lock);
}

static void nothing_pinned(void)
{
	systemstack(count, NULL);
	equal(pinned, 0);
}

static void makebusy(void *unused)
{
	P *pp;

	(void)unused;
	beginsharing();
	equal(processors(0), underfilter() ? ncpu : 1);
	lock(&sched.lock);
	pp = pidleget();
	unlock(&sched.lock);
	if (!pp) {
		endsharing(unused);
		return;
	}
	newm(NULL, pp, -1);
	made = allm;
	endsharing(unused);
}

// Leaves the first two of the processors in mask, and returns how many that are.
static int32_t keeptwo(uint8_t *mask, uint32_t size)
{
	int32_t n = 0;

	for (uint32_t i = 0; i < size * 8; i++) {
		uint8_t bit = (uint8_t)(1 << i % 8);

		if ((mask[i / 8] & bit) == 0)
			continue;
		if (n < 2)
			n++;
		else
			mask[i / 8] &= (uint8_t)~bit;
	}
	return n;
}

static void set_from_outside(void *unused)
{
	uint8_t two[128] = { 0 }, mask[1024] = { 0 };

	// Not any two: a cpuset may lack them.
	check(sched_getaffinity(0, sizeof two, two) > 0);
	equal(keeptwo(two, sizeof two), 2);
	beginsharing();
	equal(processors(0), 1);
	equal(setaffinity(0, sizeof two, two), 0);
	endsharing(unused);
	check(sched_getaffinity(0, sizeof mask, mask) > 0);
	equal(__builtin_memcmp(mask, two, sizeof two), 0);
	equal(processors(0), 2);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (ncpu == 1)
		return 0;
	nothing_pinned();
	rt_lock_os_thread();
	while (!made)
		systemstack(makebusy, NULL);
	nothing_pinned();
	systemstack(set_from_outside, NULL);
	return 0;
}
