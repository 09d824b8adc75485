// tests/internal/foreachp.c - stopping the world, and running something on every P.
//
// Promises: with goroutines that run, that yield, that sleep and that are in system
// calls, several goroutines stop the world one after the other; while it is stopped
// nothing else runs and every P is in Pgcstop; forEachP runs its function exactly once
// for each P. All continues afterwards.
// matrix: GOMAXPROCS=1,2,4
#include "internal.h"
#include "runtime/sched/yieldcheck.h"

enum {
	Stoppers = 3,
	Stops = 50,
	Workers = 6,
	Rounds = 100,
	MaxPs = 8,
	Watch = 20 * 1000, // ns, with the world stopped
};

static uint64_t counter[Workers];
static uint32_t stop, stopped; // stopped: how many have the world to themselves
static int64_t total;          // written by its holder
static uint32_t ncalls[MaxPs];
static rt_waitgroup workers, stoppers;

static void yield(void)
{
	rt_gosched();
}

static void nap(void)
{
	rt_sleep(50 * RT_MICROSECOND);
}

static void shortcall(void)
{
	rt_syscall(SYS_getppid);
}

static void longcall(void)
{
	int64_t ts[2] = { 0, 100 * 1000 };

	rt_syscall(SYS_nanosleep, ts, NULL);
}

static void run(void)
{
	preemptcheck();
}

static void (*const ways[])(void) = { run, yield, nap, shortcall, longcall };

static void work(void *arg)
{
	intptr_t me = (intptr_t)arg;

	while (!atomic_load_relaxed(&stop)) {
		atomic_store_relaxed(&counter[me], counter[me] + 1);
		equal(atomic_load_relaxed(&stopped), 0);
		ways[(uint32_t)me % nelem(ways)]();
		if (counter[me] % 10000 == 0)
			yield(); // or a single P waits for sysmon each time
	}
	rt_waitgroup_done(&workers);
}

static void startwork(void)
{
	stop = 0;
	rt_waitgroup_add(&workers, Workers);
	for (intptr_t i = 0; i < Workers; i++)
		rt_go(work, (void *)i);
}

static void endwork(void)
{
	atomic_store_relaxed(&stop, 1);
	rt_waitgroup_wait(&workers);
	for (int i = 0; i < Workers; i++)
		check(counter[i] > 0);
}

static uint64_t sum(void)
{
	uint64_t n = 0;

	for (int i = 0; i < Workers; i++)
		n += atomic_load_relaxed(&counter[i]);
	return n;
}

static void stopworld(void *arg)
{
	(void)arg;
	for (int i = 0; i < Stops; i++) {
		int64_t until, mine;
		uint64_t before;

		stopTheWorld("test");
		equal(atomic_xadd(&stopped, 1), 1);
		mine = ++total;
		for (int32_t p = 0; p < gomaxprocs; p++)
			equal(allp[p]->status, Pgcstop);
		equal(sched.stopwait, 0);
		check(sched.gcwaiting);
		before = sum();
		for (until = nanotime() + Watch; nanotime() < until;)
			equal(sum(), before);
		for (int32_t p = 0; p < gomaxprocs; p++)
			equal(allp[p]->status, Pgcstop);
		equal(total, mine);
		atomic_xadd(&stopped, -1u);
		startTheWorld();
		if (i % 2 == 0)
			rt_gosched();
	}
	rt_waitgroup_done(&stoppers);
}

static void countp(P *pp)
{
	check(pp->id >= 0 && pp->id < MaxPs);
	check(allp[pp->id] == pp);
	atomic_xadd(&ncalls[pp->id], 1);
}

static void foreach(void *unused)
{
	(void)unused;
	forEachP(countp);
}

static void everyp(void)
{
	for (uint32_t i = 1; i <= Rounds; i++) {
		if (i % 2)
			systemstack(foreach, NULL);
		else
			forEachP(countp);
		for (int32_t p = 0; p < MaxPs; p++)
			equal(atomic_load_relaxed(&ncalls[p]), p < gomaxprocs ? i : 0);
		for (int32_t p = 0; p < gomaxprocs; p++)
			equal(allp[p]->runSafePointFn, 0);
		equal(sched.safePointWait, 0);
		if (i % 3 == 0)
			rt_gosched();
	}
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	everyp(); // the others are idle
	for (int32_t p = 0; p < MaxPs; p++)
		ncalls[p] = 0;
	startwork();
	everyp();
	endwork();

	startwork();
	rt_waitgroup_add(&stoppers, Stoppers);
	for (int i = 0; i < Stoppers; i++)
		rt_go(stopworld, NULL);
	rt_waitgroup_wait(&stoppers);
	equal(total, Stoppers * Stops);
	check(!sched.gcwaiting);
	endwork();
	return 0;
}
