// tests/internal/suspend.c - suspendG stops a goroutine that runs, at once and with nothing
// of it moving, and resumeG continues it; what does not run is left alone.
// matrix: GOMAXPROCS=2,4
#include "internal.h"
#include "runtime/sched/g.h"
#include "runtime/sched/preempt.h"

static volatile uint64_t count, stop;
static G *volatile victim;

static void runs(void *arg)
{
	rt_chan *done = arg;

	victim = getg();
	while (!stop)
		count++;
	rt_chan_send(done, NULL);
}

static void waits(void *arg)
{
	victim = getg();
	rt_chan_recv(arg, NULL);
}

static G *started(void)
{
	while (!victim)
		rt_gosched();
	return victim;
}

static void suspend_running(void)
{
	rt_chan *done = rt_chan_make(0, 0);
	uint64_t before = 0;
	G *gp;

	rt_go(runs, done);
	gp = started();
	for (int i = 0; i < 200; i++) {
		while (count == before) // it runs
			rt_gosched();
		if (!suspendG(gp))
			continue; // between two slices
		before = count;
		for (int k = 0; k < 1000; k++)
			cpupause();
		equal(count, before);
		equal(readgstatus(gp), Gwaiting);
		resumeG(gp);
	}
	stop = 1;
	rt_chan_recv(done, NULL);
	rt_chan_free(done);
}

static void suspend_waiting(void)
{
	rt_chan *c = rt_chan_make(0, 0);
	G *gp;

	victim = NULL;
	rt_go(waits, c);
	gp = started();
	while (readgstatus(gp) != Gwaiting)
		rt_gosched();
	check(!suspendG(gp));
	rt_chan_send(c, NULL);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	suspend_running();
	suspend_waiting();
	return 0;
}
