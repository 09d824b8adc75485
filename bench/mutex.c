// bench/mutex.c - N times lock and unlock, by one goroutine and by 8 in all.
#include "bench.h"

enum { Crowd = 8 };

static rt_mutex m;
static rt_waitgroup wg;
static int64_t n, total;

static void contend(void *arg)
{
	(void)arg;
	for (int64_t i = 0; i < n / Crowd; i++) {
		rt_mutex_lock(&m);
		total++;
		rt_mutex_unlock(&m);
	}
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	int64_t start;

	n = count(argc, argv, 20000000);
	start = rt_nanotime();
	for (int64_t i = 0; i < n; i++) {
		rt_mutex_lock(&m);
		total++;
		rt_mutex_unlock(&m);
	}
	metric("uncontended", (double)(rt_nanotime() - start) / (double)n, "ns");
	total = 0;
	rt_waitgroup_add(&wg, Crowd);
	start = rt_nanotime();
	for (int i = 0; i < Crowd; i++)
		rt_go(contend, NULL);
	rt_waitgroup_wait(&wg);
	metric("contended8", (double)(rt_nanotime() - start) / (double)n, "ns");
	return total != n / Crowd * Crowd;
}
