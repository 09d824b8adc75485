// bench/spawn_join.c - N goroutines that return at once: 1000 at a time, then one at a time.
#include "bench.h"

static rt_waitgroup wg;

static void nothing(void *arg)
{
	(void)arg;
	rt_waitgroup_done(&wg);
}

static double batches(int64_t n, int batch)
{
	int64_t start = rt_nanotime();

	for (int64_t i = 0; i < n / batch; i++) {
		rt_waitgroup_add(&wg, batch);
		for (int j = 0; j < batch; j++)
			rt_go(nothing, NULL);
		rt_waitgroup_wait(&wg);
	}
	return (double)(rt_nanotime() - start) / (double)(n / batch * batch);
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 4000000);

	metric("batch1000", batches(n, 1000), "ns");
	metric("batch1", batches(n / 4, 1), "ns");
	return 0;
}
