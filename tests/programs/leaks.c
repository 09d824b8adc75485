// tests/programs/leaks.c - rt_leaks finds the goroutines that can never continue, and no others.
// matrix: GOMAXPROCS=1,2,4
// hosted: not any: rt_leaks is -ENOSYS
#include "../lib/waiting.h"

#define APART __attribute__((noinline))

static rt_leak_counts leaks(void)
{
	rt_leak_counts n;
	int64_t all = rt_leaks(-1, &n);

	equal(all, n.goroutines + n.objects);
	return n;
}

// ---- a receiver that was forgotten ------------------------------------------------------

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
}

static APART void forget_receiver(void)
{
	rt_go(receives, rt_chan_make(4, 0));
}

static void test_receiver(void)
{
	forget_receiver();
	await_in(1, "chan receive");
	equal(leaks().goroutines, 1);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	equal(leaks().goroutines, 0);
	test_receiver();
	return 0;
}
