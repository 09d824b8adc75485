// bench/parked_memory.c - N goroutines that wait on one channel, and its close: what one
// costs in memory and in time.
#include "bench.h"
#include "status.h"

static rt_chan *gate;
static rt_waitgroup parked, done;

static void waiter(void *arg)
{
	(void)arg;
	rt_waitgroup_done(&parked);
	rt_chan_recv(gate, NULL);
	rt_waitgroup_done(&done);
}

// Until every goroutine waits: all that there are in others' hands are behind us then.
static void settle(void)
{
	for (int i = 0; i < 100; i++)
		rt_gosched();
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 1000000), t0, t1, t2, t3;
	double rss = status("VmRSS:"), tables = status("VmPTE:");

	gate = rt_chan_make(0, 0);
	rt_waitgroup_add(&parked, (int)n);
	rt_waitgroup_add(&done, (int)n);
	t0 = rt_nanotime();
	for (int64_t i = 0; i < n; i++)
		rt_go(waiter, NULL);
	rt_waitgroup_wait(&parked);
	t1 = rt_nanotime();
	settle();
	rss = status("VmRSS:") - rss;
	tables = status("VmPTE:") - tables;
	t2 = rt_nanotime();
	rt_chan_close(gate);
	rt_waitgroup_wait(&done);
	t3 = rt_nanotime();

	metric("rss_per_g", rss / (double)n, "B");
	metric("pagetable_per_g", tables / (double)n, "B");
	metric("create", (double)(t1 - t0) / (double)n, "ns");
	metric("wake_join", (double)(t3 - t2) / (double)n, "ns");
	return 0;
}
