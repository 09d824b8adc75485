// tests/programs/test_steps.c - a test by rt_test comes from one timer to the next without stopping the
// other threads again and again before they have got to run what is due.
// variants: release
// matrix: GOMAXPROCS=2,4,8
#include "../lib/test.h"

// A busy machine may add some.
enum { Sleepers = 5, Times = 1000, Timers = Sleepers * Times, Tries = 3, Most = 8 };

static rt_waitgroup all;

static void sleeps(void *hours)
{
	for (int i = 0; i < Times; i++)
		rt_sleep((intptr_t)hours * 3600 * RT_SECOND);
	rt_waitgroup_done(&all);
}

static void steps(void *unused)
{
	(void)unused;
	rt_waitgroup_add(&all, Sleepers);
	for (intptr_t i = 1; i <= Sleepers; i++)
		rt_go(sleeps, (void *)i);
	rt_waitgroup_wait(&all);
}

// How often the process's threads have begun to wait.
static int64_t waits(void)
{
	int64_t usage[18]; // struct rusage, whose last member but one this is

	equal(rt_syscall(SYS_getrusage, 0, usage), 0);
	return usage[16];
}

int rt_main(int argc, char **argv)
{
	int64_t n = INT64_MAX;

	(void)argc, (void)argv;
	for (int i = 0; i < Tries && n >= Most * Timers; i++) {
		int64_t before = waits();

		equal(rt_test(steps, NULL), 0);
		n = waits() - before;
	}
	if (n >= Most * Timers)
		rt_panic("%ld waits for %d timers", n, Timers);
	return 0;
}
