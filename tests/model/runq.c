// runq.c - the queues of runnable goroutines: each G that is put on one is taken once, by one M,
// with everything that was stored before it was put there.
//
// The rings have four places (the stress build's).
//
// source: runtime/sched/runq.c runtime/sched/runq.h runtime/lock/lock.c
// cflags: -DRT0_STRESS
// mutant: the tail is advanced before the slot is filled
// - atomic_store_relaxed(&pp->runq[t % RunqSize], gp);\n\t\t\tif (next)
// + atomic_xchg(&pp->runqtail, t + 1); atomic_store_relaxed(&pp->runq[t % RunqSize], gp); return; if (next)
// mutant: the tail is no release
// - atomic_store_release(&pp->runqtail, t + 1);
// + atomic_store_relaxed(&pp->runqtail, t + 1);
// mutant: the exchange of the tail is no release
// - atomic_xchg(&pp->runqtail, t + 1);
// + __atomic_exchange_n(&pp->runqtail, t + 1, __ATOMIC_RELAXED);
// mutant: a thief's tail is no release
// - atomic_store_release(&pp->runqtail, t + n);
// + atomic_store_relaxed(&pp->runqtail, t + n);
// mutant: the thief's look at the tail is no acquire
// - uint32_t t = atomic_load_acquire(&pp->runqtail);
// + uint32_t t = atomic_load_relaxed(&pp->runqtail);
// mutant: the thief takes without a cas
// - if (atomic_cas(&pp->runqhead, h, h + n))
// + if (atomic_store_release(&pp->runqhead, h + n), true)
// mutant: the owner takes without a cas
// - if (atomic_cas(&pp->runqhead, h, h + 1))
// + if (atomic_store_release(&pp->runqhead, h + 1), true)
// mutant: the overflow takes without a cas
// - if (!atomic_cas(&pp->runqhead, h, h + n))
// + if (atomic_store_release(&pp->runqhead, h + n), false)
// mutant: the thief takes runnext without a cas
// - if (!atomic_cas(&pp->runnext, next, NULL))
// + if (atomic_store_release(&pp->runnext, NULL), false)
// mutant: the owner takes runnext without a cas
// - if (next && atomic_cas(&pp->runnext, next, NULL))
// + if (next && (atomic_store_release(&pp->runnext, NULL), true))
// mutant: runnext is published without a release
// - gp = atomic_xchg(&pp->runnext, gp);
// + gp = __atomic_exchange_n(&pp->runnext, gp, __ATOMIC_RELAXED);
// mutant: runqempty looks at the tail once
// - if (t == atomic_load_seqcst(&pp->runqtail))
// + if (true)
// mutant: a batch's tail is no release
// - atomic_xchg(&pp->runqtail, t);
// + __atomic_exchange_n(&pp->runqtail, t, __ATOMIC_RELAXED);
#include "tests/model/world.h"
#define fastrandn mc_choose
#include "runtime/lock/lock.c"
#include "runtime/sched/runq.c"

enum { Gs = 8 };

static G item[Gs];
static int payload[Gs], taken[Gs];

static G *fill(int i)
{
	payload[i] = i + 1; // plainly: what publishes the G orders it
	return &item[i];
}

static void got(G *gp)
{
	int i;

	if (!gp)
		return;
	mc_assert(gp >= item && gp < item + Gs);
	i = (int)(gp - item);
	mc_assert(payload[i] == i + 1);
	payload[i] = -1;
	mc_assert(taken[i]++ == 0);
}

static void get1(P *pp)
{
	bool inherit;

	got(runqget(pp, &inherit));
}

// What is left is taken, and then each of the n first has been taken.
static void allof(int n)
{
	bool inherit;
	G *gp;

	for (int p = 0; p < MaxWorld; p++) {
		while ((gp = runqget(&wp[p], &inherit)))
			got(gp);
	}
	while ((gp = gqueuePop(&sched.runq)))
		got(gp), sched.runqsize--;
	mc_assert(sched.runqsize == 0);
	for (int i = 0; i < n; i++)
		mc_assert(taken[i] == 1);
}

static void makequeues(int n)
{
	makeworld(n);
	mc_name(item, sizeof item, "item", -1);
	mc_name(payload, sizeof payload, "payload", -1);
}

// Thread 0 owns P 0; the others steal from it.
static void thief(void *arg)
{
	P *pp = &wp[(intptr_t)arg];

	got(runqsteal(pp, &wp[0], false));
	get1(pp);
}

static void nextthief(void *arg)
{
	P *pp = &wp[(intptr_t)arg];

	got(runqsteal(pp, &wp[0], true));
}

static void owner3(void *arg)
{
	(void)arg;
	runqput(&wp[0], fill(0), false);
	runqput(&wp[0], fill(1), true);
	runqput(&wp[0], fill(2), true);
	get1(&wp[0]);
	get1(&wp[0]);
}

static void all3(void)
{
	allof(3);
}

static void stealsetup(void)
{
	makequeues(2);
	threadong(owner3, 0);
	threadong(nextthief, 1);
}

// The ring wraps around, and thieves that are slow find it another time full.
static void ownerwrap(void *arg)
{
	(void)arg;
	runqput(&wp[0], fill(4), false);
	get1(&wp[0]);
	get1(&wp[0]);
	runqput(&wp[0], fill(5), false);
}

static void wrapsetup(void)
{
	makequeues(2);
	wp[0].runqhead = wp[0].runqtail = (uint32_t)-2;
	for (int i = 0; i < 3; i++)
		runqput(&wp[0], fill(i), false);
	runqput(&wp[0], fill(3), true);
	threadong(ownerwrap, 0);
	threadong(thief, 1);
}

static void all6(void)
{
	allof(6);
}

// A fifth one: half of the ring goes to the global queue.
static void ownerfull(void *arg)
{
	(void)arg;
	runqput(&wp[0], fill(4), false);
	get1(&wp[0]);
}

static void fullsetup(void)
{
	makequeues(2);
	for (int i = 0; i < 4; i++)
		runqput(&wp[0], fill(i), false);
	threadong(ownerfull, 0);
	threadong(thief, 1);
}

static void all5(void)
{
	allof(5);
}

static void owner2(void *arg)
{
	(void)arg;
	runqput(&wp[0], fill(0), false);
	runqput(&wp[0], fill(1), false);
	get1(&wp[0]);
}

static void thievessetup(void)
{
	makequeues(3);
	threadong(owner2, 0);
	threadong(thief, 1);
	threadong(thief, 2);
}

static void all2(void)
{
	allof(2);
}

static void thievesfullsetup(void)
{
	fullsetup();
	wallp[2] = &wp[2];
	wm[2].p = &wp[2];
	wg[2].m = &wm[2];
	threadong(thief, 2);
}

// A chain: P 1 steals from P 0, P 2 from P 1.
static void chainthief(void *arg)
{
	(void)arg;
	got(runqsteal(&wp[2], &wp[1], false));
}

static void owner0(void *arg)
{
	(void)arg;
	get1(&wp[0]);
}

static void chainsetup(void)
{
	makequeues(3);
	for (int i = 0; i < 4; i++)
		runqput(&wp[0], fill(i), false);
	threadong(owner0, 0);
	threadong(thief, 1);
	threadong(chainthief, 2);
}

static void all4(void)
{
	allof(4);
}

// The global queue's batch, and a list that the poller returns.
static void globalowner(void *arg)
{
	Gqueue q = { 0 };

	(void)arg;
	got(globrunqtake(&wp[0], 0));
	gqueuePushBack(&q, fill(4));
	gqueuePushBack(&q, fill(5));
	runqputbatch(&wp[0], &q, 2);
	get1(&wp[0]);
}

static void globalthief(void *arg)
{
	(void)arg;
	got(runqsteal(&wp[1], &wp[0], false));
	got(globrunqtake(&wp[1], 1));
}

static void globalsetup(void)
{
	makequeues(2);
	for (int i = 0; i < 4; i++)
		globrunqput(fill(i));
	threadong(globalowner, 0);
	threadong(globalthief, 1);
}

// A queue that is never empty is never said to be.
static void kicker(void *arg)
{
	(void)arg;
	runqput(&wp[0], fill(1), true);
	get1(&wp[0]);
}

static void looker(void *arg)
{
	(void)arg;
	mc_assert(!runqempty(&wp[0]));
}

static void emptysetup(void)
{
	makequeues(2);
	wp[0].runnext = fill(0);
	threadong(kicker, 0);
	threadong(looker, 1);
}

const Scenario mc_scenarios[] = {
	{ "steal", stealsetup, all3, false },
	{ "wrap", wrapsetup, all6, false },
	{ "full", fullsetup, all5, false },
	{ "chain", chainsetup, all4, false },
	{ "thieves", thievessetup, all2, false },
	{ "global", globalsetup, all6, false },
	{ "empty", emptysetup, all2, false },
	{ "thievesfull", thievesfullsetup, all5, true },
	{ 0 },
};
