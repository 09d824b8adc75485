// tests/hosted/norace.c - what channels, mutexes, wait groups, once, tasks and semaphores order is no race.
// sanitizer: thread
// stdout: 400 1 7 3
// matrix: GOMAXPROCS=1,4
#include <rt.h>

static int counter, initialised, shared;
static rt_waitgroup wg;
static rt_mutex m;
static rt_once once;

static void init(void *arg)
{
	(void)arg;
	initialised++;
}

static void add(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++) {
		rt_mutex_lock(&m);
		counter++;
		rt_mutex_unlock(&m);
		rt_once_do(&once, init, NULL);
		if (initialised != 1)
			rt_panic("not initialised");
		rt_gosched();
	}
	rt_waitgroup_done(&wg);
}

static void *task(void *arg)
{
	shared = 7;
	return arg;
}

static void sender(void *c)
{
	int v = 3;

	shared = 3;
	rt_chan_send(c, &v);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 0);
	int seven, v;

	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 4);
	for (int i = 0; i < 4; i++)
		rt_go(add, NULL);
	rt_waitgroup_wait(&wg);
	rt_join(rt_spawn(task, NULL));
	seven = shared;
	rt_go(sender, c);
	rt_chan_recv(c, &v);
	rt_printf("%d %d %d %d\n", counter, initialised, seven, shared);
	return 0;
}
