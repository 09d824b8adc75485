// bench/trace.c - what an event of the execution trace costs: two goroutines that yield to
// each other, with and without a trace of it, which goes to /dev/null. A switch is two
// events.
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

// ns for a switch.
static double measure(void)
{
	int64_t start = rt_nanotime();

	rt_waitgroup_add(&wg, 2);
	rt_go(yielder, NULL);
	rt_go(yielder, NULL);
	rt_waitgroup_wait(&wg);
	return (double)(rt_nanotime() - start) / (2.0 * (double)n);
}

int rt_main(int argc, char **argv)
{
	double off = 1e9, on = 1e9, time;

	n = count(argc, argv, 100000);
	for (int i = 0; i < 20; i++) { // in turns: the machine has other moods, too
		time = measure();
		off = time < off ? time : off;
		if (rt_trace_start("/dev/null") < 0)
			return 1;
		time = measure();
		rt_trace_stop();
		on = time < on ? time : on;
	}
	metric("switch", off, "ns");
	metric("switch_traced", on, "ns");
	metric("event", (on - off) / 2, "ns");
	return 0;
}
