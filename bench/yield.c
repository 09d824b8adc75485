// bench/yield.c - two goroutines that yield to each other N times each.
#include "bench.h"

static rt_waitgroup wg;
static int64_t n;

static void yielder(void *arg)
{
	(void)arg;
	for (int64_t i = 0; i < n; i++)
		rt_gosched();
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	int64_t start;

	n = count(argc, argv, 10000000);
	rt_waitgroup_add(&wg, 2);
	start = rt_nanotime();
	rt_go(yielder, NULL);
	rt_go(yielder, NULL);
	rt_waitgroup_wait(&wg);
	metric("switch", (double)(rt_nanotime() - start) / (2.0 * (double)n), "ns");
	return 0;
}
