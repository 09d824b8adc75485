// tests/internal/startcpu.c - threads that began on the processor on which the runtime started, with
// short slices, are soon as the process was: those of the start, one that is woken and one with a P.
// matrix: GOMAXPROCS=2,4
#include "internal.h"
#include "runtime/sched/m.h"
#include "runtime/sched/p.h"
#include "runtime/sched/wake.h"

static volatile int32_t pinned, ran, stop;
static M *volatile made;

static int32_t processors(int32_t tid)
{
	uint8_t mask[1024];
	int64_t r = sched_getaffinity(tid, sizeof mask, mask);
	int32_t n = 0;

	for (int64_t i = 0; i < r; i++)
		n += __builtin_popcount(mask[i]);
	return n;
}

static bool shortslices(int32_t tid)
{
	SchedAttr attr = { 0 };

	return getsched(tid, &attr) == 0 && attr.runtime == 100000;
}

static void count(void *unused)
{
	(void)unused;
	pinned = 0;
	lock(&sched.lock);
	for (M *mp = allm; mp; mp = mp->alllink) {
		int32_t tid = (int32_t)atomic_load_acquire(&mp->procid);

		pinned += tid == 0 || processors(tid) != ncpu || shortslices(tid);
	}
	unlock(&sched.lock);
}

static void nothing_pinned(void)
{
	do {
		rt_gosched();
		systemstack(count, NULL);
	} while (pinned != 0);
}

// The first idle M is as at the end of the start.
static void pinidle(void *unused)
{
	uint8_t one[128] = { 1 };

	(void)unused;
	lock(&sched.lock);
	made = sched.midle;
	if (made) {
		equal(setaffinity((int32_t)made->procid, sizeof one, one), 0);
		made->pinned = true;
	}
	unlock(&sched.lock);
}

static void runs(void *unused)
{
	(void)unused;
	acquirem();
	if (getg()->m == made) {
		equal(processors(0), ncpu);
		ran = 1;
	}
	releasem(getg()->m);
	while (!stop)
		cpupause();
}

static void woken(void)
{
	while (!made)
		systemstack(pinidle, NULL);
	rt_go(runs, NULL);
	for (int64_t start = rt_nanotime(); !ran && rt_nanotime() - start < RT_SECOND;)
		cpupause(); // keeps this M and its P, so that the other must be woken
	stop = 1;
}

static void makebusy(void *unused)
{
	P *pp;

	(void)unused;
	beginsharing();
	equal(processors(0), 1);
	lock(&sched.lock);
	pp = pidleget();
	unlock(&sched.lock);
	if (!pp)
		return;
	newm(NULL, pp, -1);
	made = allm;
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (ncpu == 1)
		return 0;
	nothing_pinned();
	woken();
	check(ran);
	nothing_pinned();
	rt_lock_os_thread();
	for (made = NULL; !made; systemstack(endsharing, NULL))
		systemstack(makebusy, NULL);
	nothing_pinned();
	return 0;
}
