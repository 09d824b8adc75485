// bench/peers/coroutines/parked_memory.c - bench/parked_memory.c, with a tenth of the coroutines,
// on stacks of 16 KiB where the library takes them from us.
#include "coroutines.h"

static Channel gate;
static Group group;

COROUTINE(waiter, void, arg)
{
	int64_t v;

	(void)arg;
	chan_recv(gate, &v);
	leave(&group);
}

int bench_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100000), create, wake;
	double rss = status("VmRSS:"), tables = status("VmPTE:");
#ifndef NECO
	char *stacks = aligned_alloc(4096, (size_t)n * Stack);
#endif

	gate = chan_make();
	group_init(&group);
	create = nanotime();
	for (int64_t i = 0; i < n; i++)
		many_in(&group, waiter, NULL, stacks + i * Stack);
	yield(); // each has run until it waits
	create = nanotime() - create;
	rss = status("VmRSS:") - rss;
	tables = status("VmPTE:") - tables;
	wake = nanotime();
	chan_close(gate);
	group_wait(&group);
	wake = nanotime() - wake;

	metric("rss_per_g", rss / (double)n, "B");
	metric("pagetable_per_g", tables / (double)n, "B");
	metric("create", (double)create / (double)n, "ns");
	metric("wake_join", (double)wake / (double)n, "ns");
	return 0;
}
