// tests/replay/dead.c - a deadlock: two mutexes in two orders.
#include <rt.h>

static rt_mutex a, b;
static rt_waitgroup wg;

static void both(rt_mutex *first, rt_mutex *second)
{
	rt_mutex_lock(first);
	rt_mutex_lock(second);
	rt_mutex_unlock(second);
	rt_mutex_unlock(first);
	rt_waitgroup_done(&wg);
}

static void forwards(void *unused)
{
	(void)unused;
	both(&a, &b);
}

static void backwards(void *unused)
{
	(void)unused;
	both(&b, &a);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 2);
	rt_go(forwards, NULL);
	rt_go(backwards, NULL);
	rt_waitgroup_wait(&wg);
	return 0;
}
