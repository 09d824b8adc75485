// tests/programs/timers.c - rt_timer: functions and ticks, once and again, stopped and reset.
//
//	timers [ROUNDS]	of the stress part (default 300)
//
// Promises: a timer does not fire early, nor when it was stopped; INT64_MAX is never; a
// negative time is now; a periodic one repeats, and drops ticks that nobody takes; stop and
// reset say whether it was pending, also against a timer that fires at that moment: fired and
// stopped add up; after them no earlier tick is received; timers fire when all processors
// are busy; 100,000 timers leave nothing behind.
// matrix: GOMAXPROCS=1,2,4
// hosted: not thread: it has more goroutines than ThreadSanitizer allows
// arch: not qemu: it takes ms to map a segment
#include "../lib/rounds.h"
#include "../lib/test.h"

enum { Many = 100000, Racing = 200, Patience = 3 }; // seconds

static _Atomic(int64_t) fired;

static void fire(void *arg)
{
	(void)arg;
	fired++;
}

static void await_fired(int64_t n)
{
	int64_t limit = rt_nanotime() + Patience * slower() * RT_SECOND;

	while (fired < n) {
		check(rt_nanotime() < limit);
		rt_sleep(100 * RT_MICROSECOND);
	}
	equal(fired, n);
}

static void functions(void)
{
	int64_t began = rt_nanotime();
	rt_timer *t = rt_timer_func(2 * RT_MILLISECOND, 0, fire, NULL), *never;

	check(!rt_timer_c(t));
	await_fired(1);
	check(rt_nanotime() - began >= 2 * RT_MILLISECOND);
	check(!rt_timer_stop(t));
	check(!rt_timer_reset(t, -5, 0));
	await_fired(2);
	check(!rt_timer_reset(t, RT_SECOND * 1000, 0));
	check(rt_timer_reset(t, INT64_MAX, 0));
	check(rt_timer_stop(t));
	check(!rt_timer_stop(t));
	check(!rt_timer_reset(t, 1, 0));
	await_fired(3);
	rt_timer_free(t);
	never = rt_timer_func(INT64_MAX, INT64_MAX, fire, NULL);
	t = rt_timer_func(1, 0, fire, NULL);
	await_fired(4); // t, which is due before it, alone
	check(rt_timer_stop(never));
	rt_timer_free(t);
	rt_timer_free(never);
	rt_timer_free(NULL);

	t = rt_timer_func(0, 200 * RT_MICROSECOND, fire, NULL); // again and again
	while (fired < 10)
		rt_gosched();
	check(rt_timer_stop(t));
	fired = 0;
	nothing_within(2 * RT_MILLISECOND);
	check(fired <= 1); // a call that had begun
	while (rt_num_goroutine() != 1)
		rt_gosched();
	rt_timer_free(t);
}

static void ticks(void)
{
	int64_t began = rt_nanotime(), at, next;
	rt_timer *t = rt_timer_chan(RT_MILLISECOND, RT_MILLISECOND);
	rt_chan *c = rt_timer_c(t);

	equal(rt_chan_cap(c), 1);
	check(rt_chan_recv(c, &at));
	check(at - began >= RT_MILLISECOND && at <= rt_nanotime());
	rt_sleep_until(at + 10 * RT_MILLISECOND); // ticks are dropped
	while (rt_chan_len(c) == 0)
		rt_gosched();
	equal(rt_chan_len(c), 1);
	check(rt_chan_recv(c, &next));
	check(next > at);
	check(rt_chan_recv(c, &at));
	check(at > next);

	// What nobody took is not received any more.
	while (rt_chan_len(c) == 0)
		rt_gosched();
	check(rt_timer_stop(t));
	equal(rt_chan_len(c), 0);
	nothing_within(3 * RT_MILLISECOND);
	equal(rt_chan_len(c), 0);
	check(!rt_timer_reset(t, 1, 0));
	while (rt_chan_len(c) == 0)
		rt_gosched();
	check(rt_timer_reset(t, RT_SECOND, 0)); // a tick that nobody has seen
	check(!rt_chan_try_recv(c, NULL, NULL));
	check(rt_timer_stop(t));
	check(!rt_timer_stop(t));
	rt_timer_free(t);
}

// ---- races --------------------------------------------------------------------------

// Each timer is stopped about when it fires: it does one or the other.
static void stop_races(void)
{
	static rt_timer *t[Racing];
	int64_t stopped = 0;

	fired = 0;
	for (int i = 0; i < Racing; i++)
		t[i] = rt_timer_func(i % 50 * RT_MICROSECOND, 0, fire, NULL);
	for (int i = 0; i < Racing; i++)
		stopped += rt_timer_stop(t[i]);
	await_fired(Racing - stopped);
	for (int i = 0; i < Racing; i++)
		rt_timer_free(t[i]);
}

static rt_waitgroup all;

// Reset and stopped by several while it fires all the time. Its ticks and what stop and
// reset prevented are what was started.
typedef struct {
	rt_timer *t;
	_Atomic(int64_t) started, prevented;
} Contended;

static void contend(void *arg)
{
	Contended *c = arg;
	uint64_t seed = rt_goid() * 99991 + 7;

	for (int i = 0; i < 100; i++) {
		int64_t d = (int64_t)(next_random(&seed) % 30) * RT_MICROSECOND;

		if (next_random(&seed) % 4 == 0) {
			c->prevented += rt_timer_stop(c->t);
		} else {
			c->prevented += rt_timer_reset(c->t, d, 0);
			c->started++;
		}
		if (next_random(&seed) % 8 == 0)
			rt_sleep(d);
	}
	rt_waitgroup_done(&all);
}

static void reset_races(bool channel)
{
	Contended c = { .t = channel ? rt_timer_chan(INT64_MAX, 0)
		                     : rt_timer_func(INT64_MAX, 0, fire, NULL) };
	int64_t taken = 0;

	fired = 0;
	c.started = 1;
	rt_waitgroup_add(&all, 4);
	for (int i = 0; i < 4; i++)
		rt_go(contend, &c);
	while (rt_waitgroup_wait_until(&all, rt_nanotime() + 50 * RT_MICROSECOND) != 0) {
		while (channel && rt_chan_try_recv(rt_timer_c(c.t), NULL, NULL))
			taken++;
	}
	c.prevented += rt_timer_stop(c.t);
	if (channel)
		equal(taken + c.prevented, c.started);
	else
		await_fired(c.started - c.prevented);
	rt_timer_free(c.t);
}

// ---- load ---------------------------------------------------------------------------

static _Atomic(int) stop;

static void spin(void *arg)
{
	(void)arg;
	while (!stop)
		;
	rt_waitgroup_done(&all);
}

static void yield(void *arg)
{
	(void)arg;
	while (!stop)
		rt_gosched();
	rt_waitgroup_done(&all);
}

static void under_load(rt_func *load)
{
	stop = 0;
	rt_waitgroup_add(&all, 4);
	for (int i = 0; i < 4; i++)
		rt_go(load, NULL);
	for (int i = 0; i < 5; i++) {
		rt_timer *t = rt_timer_chan(RT_MILLISECOND, 0);
		int64_t began = rt_nanotime();

		check(rt_chan_recv(rt_timer_c(t), NULL));
		check(rt_nanotime() - began < Patience * slower() * RT_SECOND);
		rt_timer_free(t);
	}
	stop = 1;
	rt_waitgroup_wait(&all);
}

static void many(void)
{
	rt_timer **t = rt_calloc(Many, sizeof *t);
	int64_t stopped = 0;

	fired = 0;
	for (int64_t i = 0; i < Many; i++) {
		int64_t d = i * 7919 % Many * RT_MICROSECOND;

		t[i] = rt_timer_func(i % 2 ? RT_SECOND * 3600 + d : d, 0, fire, NULL);
	}
	for (int64_t i = 0; i < Many; i++)
		stopped += rt_timer_stop(t[i * 377 % Many]);
	await_fired(Many - stopped);
	check(stopped >= Many / 2);
	for (int64_t i = 0; i < Many; i++)
		rt_timer_free(t[i]);
	rt_free(t);
}

int rt_main(int argc, char **argv)
{
	int64_t n = rounds((int)argument(argc, argv, 300));

	functions();
	ticks();
	for (int64_t i = 0; i < n; i++) {
		stop_races();
		reset_races(i % 2);
	}
	under_load(spin);
	under_load(yield);
	many();
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
