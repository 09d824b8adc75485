// tested.c - three tests: of an error that few seeds find, of time, and of what is left behind.
// tests/check/rttest.py runs those that its arguments name.
#include "../lib/test.h"

static rt_mutex m;
static rt_waitgroup wg;
static uint32_t order;

static void strides(void *arg)
{
	for (int i = 0; i < 4; i++) {
		rt_mutex_lock(&m);
		order = 2 * order + (uint32_t)(intptr_t)arg;
		rt_mutex_unlock(&m);
	}
	rt_waitgroup_done(&wg);
}

// The error: both go hand in hand.
static void alternates(void *arg)
{
	order = 1;
	rt_waitgroup_add(&wg, 2);
	rt_go(strides, (void *)0);
	rt_go(strides, (void *)1);
	rt_waitgroup_wait(&wg);
	if (order == 0x155 || order == 0x1aa)
		rt_panic("it alternates");
	(void)arg;
}

static void sleeps(void *arg)
{
	int64_t begin = rt_nanotime();

	(void)arg;
	for (int i = 0; i < 10; i++)
		rt_sleep(RT_SECOND);
	rt_printf("%lld: %lld s\n", (long long)begin, (long long)((rt_nanotime() - begin) / RT_SECOND));
}

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
}

static void leaves(void *arg)
{
	(void)arg;
	rt_go(receives, rt_chan_make(0, 0));
}

int rt_main(int argc, char **argv)
{
	int left = 0;

	for (int i = 1; i < argc; i++) {
		if (same(argv[i], "alternates"))
			left += rt_test_seeds(1000, alternates, NULL);
		else if (same(argv[i], "sleeps"))
			left += rt_test(sleeps, NULL);
		else
			left += rt_test_seeds(10, leaves, NULL);
	}
	return left;
}
