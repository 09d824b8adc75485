// tests/programs/test_aside.c - a timer or a deadline from before rt_test, which waits aside meanwhile,
// is one of the test's as soon as the test sets it again; the others keep their time.
// stdout: ok
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

static const int64_t Hour = 3600 * RT_SECOND;
static int ends[2];
static rt_timer *timer, *later;

static void reset_timer(void *unused)
{
	int64_t begin = rt_nanotime();

	(void)unused;
	check(rt_timer_reset(timer, Hour, 0));
	rt_chan_recv(rt_timer_c(timer), NULL);
	check(rt_nanotime() - begin >= Hour && rt_nanotime() - begin < 2 * Hour);
}

// Sets it so much later, and waits for it. No time is skipped while a descriptor may become ready.
static void set_deadline(void *arg)
{
	int64_t when = rt_nanotime() + *(int64_t *)arg;
	char c;

	equal(rt_set_deadline(ends[0], when, 0), 0);
	equal(rt_read(ends[0], &c, 1), -ETIMEDOUT);
	check(rt_nanotime() >= when);
}

int rt_main(int argc, char **argv)
{
	int64_t sooner = 10 * RT_MILLISECOND, more = 500 * RT_MILLISECOND;

	(void)argc, (void)argv;
	equal(rt_pipe(ends), 0);
	timer = rt_timer_chan(2 * Hour, 0);
	later = rt_timer_chan(Hour, 0);
	equal(rt_test(reset_timer, NULL), 0);
	equal(rt_set_deadline(ends[0], rt_nanotime() + Hour, 0), 0);
	equal(rt_test(set_deadline, &sooner), 0);
	equal(rt_set_deadline(ends[0], rt_nanotime() + 300 * RT_MILLISECOND, 0), 0);
	equal(rt_test(set_deadline, &more), 0);
	check(!rt_chan_try_recv(rt_timer_c(later), NULL, NULL)); // no hour is over
	rt_timer_free(timer);
	rt_timer_free(later);
	rt_printf("ok\n");
	return 0;
}
