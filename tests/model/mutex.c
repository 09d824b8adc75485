// mutex.c - rt_mutex: one holder; an unlock wakes a waiter if one must be woken; deadlines leave
// nothing behind.
//
// source: runtime/sync/mutex.c runtime/sync/sema.c runtime/sync/waiter.c
// run: --memory tso
// run: --memory ra two
// run: --memory ra --bound 2 --stale 1
// large: --memory ra --stale 2
// mutant: the waiter does not say that there is a duty
// - return (state & ~(uint32_t)Duty) | (duty ? Duty : 0);
// + return state & ~(uint32_t)Duty; (void)duty;
// mutant: unlock is no release
// - atomic_xadd(lockbyte(m), -Locked) != 0
// + (uint8_t)__atomic_sub_fetch(lockbyte(m), Locked, __ATOMIC_RELAXED) != 0
// mutant: lock is no acquire
// - if (likely(atomic_cas(lockbyte(m), 0, Locked))) // acquire: pairs with unlock
// + if (relaxedcas(lockbyte(m), 0, Locked))
// mutant: the locker forgets that another is deciding
// - withduty(old | Locked | (deciding(old) ? Deciding : 0));
// + withduty(old | Locked);
// mutant: a woken waiter keeps woken set
// - new &= ~(uint32_t)Woken;\n\t}\n\treturn
// + }\n\treturn
// mutant: the deadline's waiter stays counted
// - new = old - OneWaiter;\n\t\tif (n == 1)
// + new = old; if (n == 1)
// mutant: the deadline does not look whether a permit is on its way | --memory sc deadlinestarving
// - if (n == 0 || (n == 1 && (old & Starving) && !(old & Locked)))
// + if (n == 0)
// mutant: the deadline does not wait until it is decided
// - old = whendecided(m, old);\n\t\tn =
// + n =
#define OWN_CLOCK
#include "tests/model/gworld.h"
#include "runtime/sync/mutex.c"
#include "runtime/sync/sema.c"
#include "runtime/sync/waiter.c"

static rt_mutex m;
static int inside, count, jumps;

// Time may pass before a waiter looks at the clock: then it turns the mutex to starving.
int64_t nanotime(void)
{
	if (mc_self() >= 0 && jumps > 0 && mc_choose(2)) {
		jumps--;
		modeltime += 2 * StarvationThreshold;
	}
	return modeltime;
}

bool runqempty(P *pp)
{
	(void)pp;
	return true;
}

static void body(void)
{
	mc_assert(inside++ == 0);
	count++;
	inside--;
}

static void locker(void *arg)
{
	(void)arg;
	rt_mutex_lock(&m);
	body();
	rt_mutex_unlock(&m);
	ends();
}

static void twice(void *arg)
{
	locker(arg);
	locker(arg);
}

static void trier(void *arg)
{
	(void)arg;
	if (rt_mutex_try_lock(&m)) {
		body();
		rt_mutex_unlock(&m);
	}
	ends();
}

static void timed(void *arg)
{
	(void)arg;
	if (rt_mutex_lock_until(&m, Soon) == 0) {
		body();
		rt_mutex_unlock(&m);
	}
	ends();
}

static void named(int n, bool clock)
{
	makegoroutines(n, clock);
	mc_name(&m, sizeof m, "m", -1);
	mc_name(semtable, sizeof semtable, "semtable", -1);
	mc_ignore(&jumps, sizeof jumps);
}

static void two(void)
{
	named(2, false);
	threadong(twice, 0);
	threadong(twice, 1);
}

static void three(void)
{
	named(3, false);
	for (int i = 0; i < 3; i++)
		threadong(locker, i);
}

static void threetry(void)
{
	named(3, false);
	threadong(locker, 0);
	threadong(locker, 1);
	threadong(trier, 2);
}

static void starving(void)
{
	two();
	jumps = 2;
}

static void starving3(void)
{
	three();
	jumps = 2;
}

static void deadline(void)
{
	named(2, true);
	threadong(locker, 0);
	threadong(timed, 1);
	makeclock(2, 2);
}

static void deadline3(void)
{
	named(3, true);
	threadong(locker, 0);
	threadong(locker, 1);
	threadong(timed, 2);
	makeclock(3, 3);
}

static void deadlinestarving(void)
{
	named(2, true);
	threadong(twice, 0);
	threadong(timed, 1);
	makeclock(2, 3);
	jumps = 1;
}

static void free_(void)
{
	mc_assert(m.state == 0 && m.sema == 0);
	mc_assert(semroot(&m.sema)->nwait == 0 && !semroot(&m.sema)->treap);
	sudogsback(2);
}

const Scenario mc_scenarios[] = {
	{ "two", two, free_, false },
	{ "three", three, free_, false },
	{ "try", threetry, free_, false },
	{ "starving", starving, free_, false },
	{ "deadline", deadline, free_, false },
	{ "deadlinestarving", deadlinestarving, free_, true },
	{ "starving3", starving3, free_, true },
	{ "deadline3", deadline3, free_, true },
	{ 0 },
};
