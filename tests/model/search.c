// search.c - bringing work against giving up the search for it: no goroutine waits on a queue
// while a P is idle and its M asleep.
//
// A producer puts goroutines on the queue of a P that never looks at it again. The other Ms search,
// give up, sleep and are woken by the runtime's functions.
//
// source: runtime/sched/findrunnable.c runtime/sched/wake.c runtime/sched/p.c
// source: runtime/sched/wake.h
// source: runtime/sched/runq.c runtime/sched/search.h runtime/lock/note.c
// cflags: -DRT0_STRESS
// run: --memory tso
// run: --memory tso --bound 1 chain
// run: --memory ra --bound 2 --stale 1
// large: --memory ra --bound 4 --stale 2
// mutant: an M that gives up does not look again
// - return workleft() && regainp(s->wasSpinning) ? LookAgain : Nothing;
// + return Nothing;
// mutant: an M that gives up looks again while it still counts as spinning
// - if (s->wasSpinning)\n\t\tstopspinning(s->mp);\n\treturn Nothing;
// + return Nothing;
// - return workleft() && regainp(s->wasSpinning) ? LookAgain : Nothing;
// + bool again = workleft(); if (s->wasSpinning) stopspinning(s->mp); return again && regainp(s->wasSpinning) ? LookAgain : Nothing;
// mutant: the last look is an acquire alone | --memory ra --stale 2 one
// - uint32_t h = atomic_load_seqcst(&pp->runqhead);
// + uint32_t h = atomic_load_acquire(&pp->runqhead);
// - G *next = atomic_load_seqcst(&pp->runnext);
// + G *next = atomic_load_acquire(&pp->runnext);
// - if (atomic_load_seqcst(&sched.runqsize) != 0) // pairs
// + if (atomic_load_acquire(&sched.runqsize) != 0) //
// - uint32_t t = atomic_load_seqcst(&pp->runqtail);
// + uint32_t t = atomic_load_acquire(&pp->runqtail);
// - if (t == atomic_load_seqcst(&pp->runqtail))
// + if (t == atomic_load_acquire(&pp->runqtail))
// mutant: the last look at the global queue is an acquire alone | --memory ra --stale 2 global
// - if (atomic_load_seqcst(&sched.runqsize) != 0) // pairs
// + if (atomic_load_acquire(&sched.runqsize) != 0) //
// mutant: the waker looks for idle Ps by an acquire alone
// - if (unlikely(atomic_load_seqcst(&sched.npidle) != 0))
// + if (unlikely(atomic_load_acquire(&sched.npidle) != 0))
// mutant: the G is published without a full barrier | --memory tso
// - atomic_xchg(&pp->runqtail, t + 1);
// + atomic_store_release(&pp->runqtail, t + 1);
// mutant: nobody takes over the search from an M that has found something | --memory sc chain
// - stopspinning(mp);\n\twakep();
// + stopspinning(mp);
// mutant: the claim is not dropped | --memory ra --stale 2 --bound 2 next
// - if (spinning)\n\t\t\t\tdropclaim();
// +
#include "tests/model/steplock.h"
#define fastrandn mc_choose
#include "runtime/lock/note.c"
#include "runtime/sched/p.c"
#include "runtime/sched/psorder.c"
#include "runtime/sched/runq.c"
#include "runtime/sched/wake.c"
#include "runtime/sched/findrunnable.c"

enum { Gs = 4 };

static G item[Gs];
static int taken[Gs], puts;
static int made; // the M that newm makes; 0: none is left
uint32_t netpollWaiters;

// ---- what the model leaves out ------------------------------------------------------

int64_t checkTimers(P *pp, int64_t *now, bool *ran)
{
	(void)pp;
	(void)now;
	*ran = false;
	return 0;
}

bool netpollinited(void)
{
	return false;
}

void checkdead(void)
{
}

int64_t mReserveID(void)
{
	return made;
}

void newm(void (*fn)(void), P *pp, int64_t id)
{
	(void)id;
	if (made == 0)
		mc_prune(); // an M is on its way to the idle list, and this would be one too many
	if (fn)
		takeclaim(&wm[made]);
	wakem(&wm[made], pp);
	made = 0;
}

// ---- threads ------------------------------------------------------------------------

// Of two goroutines, the one that runs keeps its M until the other one runs, too.
static bool bothtaken(void *unused)
{
	(void)unused;
	return taken[0] && taken[1];
}

static void took(G *gp)
{
	mc_assert(gp >= item && gp < item + Gs);
	mc_assert(taken[gp - item]++ == 0);
	if (puts == 2)
		mc_await(bothtaken, NULL);
}

// An M's scheduler: schedule() without what it does for the goroutine that it has found.
static void schedules(void)
{
	M *mp = getg()->m;
	bool inherit;

	for (;;) {
		G *gp = findrunnable(&inherit);

		if (isspinning(mp))
			resetspinning();
		took(gp);
	}
}

static void searcher(void *arg)
{
	(void)arg;
	schedules();
}

static void sleeper(void *arg)
{
	(void)arg;
	parkm(0);
	schedules();
}

static void puts1(void *arg)
{
	(void)arg;
	runqput(&wp[0], &item[0], false);
	wakep();
}

static void puts2(void *arg)
{
	puts1(arg);
	runqput(&wp[0], &item[1], false);
	wakep();
}

static void putsnext(void *arg)
{
	(void)arg;
	runqput(&wp[0], &item[0], true);
	wakep();
}

static void putsglobal(void *arg)
{
	(void)arg;
	lock(&sched.lock);
	globrunqput(&item[0]);
	unlock(&sched.lock);
	wakep();
}

// m0 runs the producer; m1 has p1, and spins or not; m2 sleeps, and p2 is idle if there is one.
static void begins(void (*producer)(void *), int n, bool spins, int ps)
{
	makeworld(4);
	gomaxprocs = allplen = ps;
	randomOrder_reset((uint32_t)ps);
	sched.lastpoll = 1;
	sched.notDueAfter = 1;
	for (int i = 0; i < 3; i++)
		wm[i].curg = NULL;
	wm[2].p = NULL;
	wp[2].m = NULL;
	wp[2].status = Pidle;
	if (ps == 3) {
		sched.pidle = &wp[2];
		sched.npidle = 1;
	}
	if (spins) {
		wm[1].spinning = true;
		sched.nmspinning = 1;
	}
	puts = n;
	mc_name(item, sizeof item, "item", -1);
	mc_ignore(taken, sizeof taken);
	mc_ignore(&made, sizeof made);
	threadong(producer, 0);
	threadong0(searcher, 1);
	mc_daemon();
	threadong0(sleeper, 2);
	mc_daemon();
}

static void one(void)
{
	begins(puts1, 1, true, 2);
	made = 2;
}

static void onequiet(void)
{
	begins(puts1, 1, false, 2);
	made = 2;
}

static void next(void)
{
	begins(putsnext, 1, true, 2);
	made = 2;
}

static void global(void)
{
	begins(putsglobal, 1, true, 2);
	made = 2;
}

static void chain(void)
{
	begins(puts2, 2, true, 3);
	sched.midle = &wm[2];
	sched.nmidle = 1;
	wm[3].p = NULL;
	wm[3].curg = NULL;
	threadong0(sleeper, 3);
	mc_daemon();
	made = 3;
}

// There are two processors: while m0 and m1 are busy, nobody is woken for p2, and m1 must find it.
static void surplus(void)
{
	begins(puts1, 1, false, 3);
	sched.nsurplus = 1;
	made = 2;
}

static void allfound(void)
{
	for (int i = 0; i < puts; i++)
		mc_assert(taken[i] == 1);
	mc_assert(sched.nmspinning == 0);
	mc_assert(sched.runqsize == 0);
	mc_assert((int)sched.npidle == gomaxprocs - 1);
}

const Scenario mc_scenarios[] = {
	{ "one", one, allfound, false },
	{ "onequiet", onequiet, allfound, false },
	{ "next", next, allfound, false },
	{ "global", global, allfound, false },
	{ "surplus", surplus, allfound, false },
	{ "chain", chain, allfound, true },
	{ 0 },
};
