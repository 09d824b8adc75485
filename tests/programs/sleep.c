// tests/programs/sleep.c - rt_sleep sleeps at least as long as it was told, wakes up when
// others keep the processor busy, and forever means forever.
//
// Promises: 0 and negative durations return at once, the largest ones never; of 1000
// different sleeps begun together the shorter ends first (one processor); 10,000 sleepers
// wake up; a sleeper is not starved by goroutines that yield; the clock never goes back.
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not thread: its goroutines start too late for their moments
// arch: not qemu machine: its sleeps are not exact enough
#include "../lib/test.h"

enum {
	Ordered = 1000,
	Step = 200 * 1000, // nanoseconds between two of them
	First = 500,       // steps until the first is due: all are asleep by then
	Tries = 5,         // unless the machine is slow
	Many = 10000,
	Yielders = 10,
	Patience = 2, // seconds that a loaded machine may be late
};

static rt_waitgroup all;
static _Atomic(int) stop, never;

static void not_at_all(void)
{
	int64_t began = rt_nanotime();

	rt_sleep(0);
	rt_sleep(-1);
	rt_sleep(-RT_SECOND);
	rt_sleep(INT64_MIN);
	check(rt_nanotime() - began < Patience * RT_SECOND);
}

static void for_ever(void *arg)
{
	rt_sleep(*(int64_t *)arg);
	never = 1;
}

static void start_for_ever(void)
{
	static const int64_t ages[] = { INT64_MAX, INT64_MAX - 1, INT64_MAX / 2,
	                                INT64_MAX - 1000 * RT_SECOND };

	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++)
		rt_go_copy(for_ever, &ages[i], sizeof ages[i]);
	for (int i = 0; i < 20; i++)
		rt_gosched();
}

static int64_t started;
static int woke[Ordered];
static _Atomic(int) nwoke, late;

static void sleep_in_order(void *arg)
{
	intptr_t me = (intptr_t)arg;
	int64_t due = started + (me + First) * Step;

	if (rt_nanotime() >= started + First * Step)
		late = 1;
	rt_sleep(due - rt_nanotime());
	check(rt_nanotime() >= due);
	woke[nwoke++] = (int)me;
	rt_waitgroup_done(&all);
}

// Goroutines become ready in the order of their timers. But the one that became ready last
// runs first and those that it pushes aside go to the ring: it overtakes, and those
// overtaken are in order among themselves. On a machine without time for us a goroutine may
// be preempted before it writes down that it woke: false then, too.
static bool ordered(void)
{
	int highest = -1, overtaken = -1;

	for (int i = 0; i < Ordered; i++) {
		int *last = woke[i] > highest ? &highest : &overtaken;

		if (woke[i] <= *last)
			return false;
		*last = woke[i];
	}
	return true;
}

// True when all were asleep before the first was due, and they woke in order.
static bool in_order(void)
{
	nwoke = late = 0;
	rt_waitgroup_add(&all, Ordered);
	started = rt_nanotime();
	for (intptr_t i = 0; i < Ordered; i++)
		rt_go(sleep_in_order, (void *)(i * 377 % Ordered));
	rt_waitgroup_wait(&all);
	equal(nwoke, Ordered);
	check(rt_nanotime() - started < (Ordered + First) * Step + Patience * RT_SECOND);
	if (late)
		return false;
	return rt_gomaxprocs(0) != 1 || stressed() || ordered();
}

static void sleep_a_while(void *arg)
{
	int64_t d = (intptr_t)arg * 7919 % 50000 * RT_MICROSECOND, began = rt_nanotime();

	rt_sleep(d);
	check(rt_nanotime() - began >= d);
	rt_waitgroup_done(&all);
}

static void many(void)
{
	rt_waitgroup_add(&all, Many);
	for (intptr_t i = 0; i < Many; i++)
		rt_go(sleep_a_while, (void *)i);
	rt_waitgroup_wait(&all);
}

static void yield_always(void *arg)
{
	(void)arg;
	while (!stop)
		rt_gosched();
	rt_waitgroup_done(&all);
}

static void under_load(void)
{
	rt_waitgroup_add(&all, Yielders);
	for (int i = 0; i < Yielders; i++)
		rt_go(yield_always, NULL);
	for (int i = 0; i < 10; i++) {
		int64_t began = rt_nanotime();

		rt_sleep(5 * RT_MILLISECOND);
		check(rt_nanotime() - began >= 5 * RT_MILLISECOND);
		check(rt_nanotime() - began < Patience * RT_SECOND);
	}
	stop = 1;
	rt_waitgroup_wait(&all);
}

static void clocks(void)
{
	int64_t before = rt_nanotime(), wall = rt_walltime();

	check(before > 0);
	check(wall > 1700000000 * RT_SECOND); // November 2023
	for (int i = 0; i < 100000; i++) {
		int64_t now = rt_nanotime();

		check(now >= before);
		before = now;
	}
	check(rt_walltime() - wall < 60 * RT_SECOND);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	clocks();
	start_for_ever();
	not_at_all();
	for (int i = 0; !in_order(); i++)
		check(i < Tries);
	many();
	under_load();
	equal(never, 0);
	return 0;
}
