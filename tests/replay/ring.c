// tests/replay/ring.c - a queue of one place with one condition variable for both ends, and
// signal where broadcast is needed: a producer wakes a producer, and all wait.
#include <rt.h>

static rt_mutex m;
static rt_cond c = { .l = &m };
static rt_waitgroup wg;
static bool full;

static void put(void)
{
	rt_mutex_lock(&m);
	while (full)
		rt_cond_wait(&c);
	full = true;
	rt_cond_signal(&c);
	rt_mutex_unlock(&m);
}

static void get(void)
{
	rt_mutex_lock(&m);
	while (!full)
		rt_cond_wait(&c);
	full = false;
	rt_cond_signal(&c);
	rt_mutex_unlock(&m);
}

static void producer(void *unused)
{
	(void)unused;
	for (int i = 0; i < 6; i++)
		put();
	rt_waitgroup_done(&wg);
}

static void consumer(void *unused)
{
	(void)unused;
	for (int i = 0; i < 4; i++)
		get();
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 5);
	for (int i = 0; i < 2; i++)
		rt_go(producer, NULL);
	for (int i = 0; i < 3; i++)
		rt_go(consumer, NULL);
	rt_waitgroup_wait(&wg);
	return 0;
}
