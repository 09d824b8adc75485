// tests/internal/startcpu.c - where the threads may run when the start is over is where the process
// may; so may a thread that comes up while main's is kept on one processor.
// matrix: GOMAXPROCS=1,2
#include "internal.h"
#include "runtime/sched/m.h"
#include "runtime/sched/wake.h"

static int32_t found;

static int32_t processors(int32_t tid)
{
	uint8_t mask[1024];
	int64_t r = sched_getaffinity(tid, sizeof mask, mask);
	int32_t n = 0;

	for (int64_t i = 0; i < r; i++)
		n += __builtin_popcount(mask[i]);
	return n;
}

static void everythread(void)
{
	lock(&sched.lock);
	for (M *mp = allm; mp; mp = mp->alllink) {
		int32_t tid = (int32_t)atomic_load_acquire(&mp->procid);

		found += tid != 0 && processors(tid) != ncpu;
	}
	unlock(&sched.lock);
}

static void onsystemstack(void *fn)
{
	((void (*)(void))fn)();
}

static void thread(void)
{
	atomic_store_release(&found, processors(0)); // pairs with rt_main's load
	for (;;)
		usleep(1000000);
}

static void newthread(void)
{
	newm(thread, NULL, -1);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	systemstack(onsystemstack, everythread);
	equal(found, 0);
	if (ncpu == 1)
		return 0;
	rt_lock_os_thread();
	systemstack(beginsharing, NULL);
	equal(processors(0), 1);
	systemstack(onsystemstack, newthread);
	while (atomic_load_acquire(&found) == 0)
		rt_gosched();
	equal(found, ncpu);
	systemstack(endsharing, NULL);
	equal(processors(0), ncpu);
	return 0;
}
