// tests/replay/wake.c - a lost wake-up: looks at the condition, releases the lock, and then
// waits; the signal may come in between.
#include <rt.h>

static rt_mutex m;
static rt_cond c = { .l = &m };
static rt_waitgroup wg;
static bool ready;

static void consumer(void *unused)
{
	bool seen;

	(void)unused;
	rt_mutex_lock(&m);
	seen = ready;
	rt_mutex_unlock(&m);
	if (!seen) {
		rt_mutex_lock(&m);
		rt_cond_wait(&c);
		rt_mutex_unlock(&m);
	}
	rt_waitgroup_done(&wg);
}

static void producer(void *unused)
{
	(void)unused;
	rt_mutex_lock(&m);
	ready = true;
	rt_cond_signal(&c);
	rt_mutex_unlock(&m);
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 2);
	rt_go(consumer, NULL);
	rt_go(producer, NULL);
	rt_waitgroup_wait(&wg);
	return 0;
}
