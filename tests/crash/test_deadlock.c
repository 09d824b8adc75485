// tests/crash/test_deadlock.c - when all goroutines of a test are blocked and nothing can change that, it says so,
// whatever others do, and whatever tickers nobody receives from.
// stderr: fatal error: all goroutines of the test are asleep - deadlock!
// stderr~: goroutine \d+ \[chan receive\]:
// stderr~: \nwaits\(\.\.\.\)
// exit: 2
#include "../lib/test.h"

static void waits(void *c)
{
	rt_timer_chan(RT_SECOND, RT_SECOND);
	rt_chan_recv(c, NULL);
	rt_panic("not reached");
}

static void before(void *arg)
{
	(void)arg;
	rt_sleep(INT64_MAX);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	rt_go(before, NULL);
	rt_gosched();
	rt_test(waits, rt_chan_make(0, 0));
	return 0;
}
