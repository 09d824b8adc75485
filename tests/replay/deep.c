// tests/replay/deep.c - a rare one: each of two goroutines makes 45 calls, and it takes one
// exact order of four of them.
#include <rt.h>

static rt_mutex m;
static rt_waitgroup wg;
static int phase;

static void work(int n)
{
	for (int i = 0; i < n; i++) {
		rt_mutex_lock(&m);
		rt_mutex_unlock(&m);
	}
}

static void advance(int from)
{
	rt_mutex_lock(&m);
	if (phase == from)
		phase++;
	rt_mutex_unlock(&m);
}

static void even(void *unused)
{
	(void)unused;
	work(40);
	advance(0);
	work(3);
	advance(2);
	rt_waitgroup_done(&wg);
}

static void odd(void *unused)
{
	(void)unused;
	work(2);
	advance(1);
	work(40);
	advance(3);
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 2);
	rt_go(even, NULL);
	rt_go(odd, NULL);
	rt_waitgroup_wait(&wg);
	if (phase == 4)
		rt_panic("phase 4");
	return 0;
}
