// tests/internal/runq.c - the run queues, one operation at a time, against what they say.
//
// Promises: first in, first out; runnext before all, and the one it replaces goes to the
// ring's end; of a full ring half goes to the global queue, in order, the new one behind
// it; a thief gets half, rounded up, and runs the last; runnext is stolen only when asked
// for; globrunqget takes runqsize/gomaxprocs + 1, at most maxn and half a ring. All that
// also where the 32-bit indices wrap.
#include "internal.h"
#include "runtime/sched/runq.h"

enum { Half = RunqSize / 2, NumGs = 1000 };

static const uint32_t starts[] = {
	0, 1, RunqSize - 1, 0x7fffffff, 0xfffffff0, 0xffffffff,
};

static G gs[NumGs];
static P own, thief;

// An empty queue with its indices at start.
static void begin(P *pp, uint32_t start)
{
	*pp = (P){ .runqhead = start, .runqtail = start };
}

static void put(P *pp, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		runqput(pp, &gs[i], false);
}

// The next of pp's queue is gs[i], not by inheritance.
static void expect(P *pp, uint32_t i)
{
	bool inherit = true;
	G *gp = runqget(pp, &inherit);

	check(gp != NULL);
	equal(gp - gs, i);
	check(!inherit);
}

static void expectall(P *pp, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		expect(pp, i);
}

static void expectempty(P *pp)
{
	bool inherit = true;

	check(runqempty(pp));
	check(runqget(pp, &inherit) == NULL);
	check(!inherit);
	equal(pp->runqhead, pp->runqtail);
}

static void expectglobal(uint32_t i)
{
	G *gp = gqueuePop(&sched.runq);

	check(gp != NULL);
	equal(gp - gs, i);
	sched.runqsize--;
}

static void fifo(uint32_t start)
{
	begin(&own, start);
	expectempty(&own);
	put(&own, 0, RunqSize);
	check(!runqempty(&own));
	equal(own.runqtail - start, RunqSize);
	expectall(&own, 0, RunqSize);
	expectempty(&own);
	for (uint32_t i = 0; i + 2 <= NumGs; i++) { // round and round
		put(&own, i, i + 2);
		expectall(&own, i, i + 2);
	}
	expectempty(&own);
}

// runqput with next; the stress build ignores that at times, so there it is done by hand.
static void putnext(P *pp, G *gp)
{
	G *old = pp->runnext;

	if (!Stress) {
		runqput(pp, gp, true);
		equal(pp->runnext - gs, gp - gs);
		return;
	}
	pp->runnext = gp;
	if (old)
		runqput(pp, old, false);
}

static void next(uint32_t start)
{
	bool inherit = false;

	begin(&own, start);
	putnext(&own, &gs[0]);
	equal(own.runqtail, start); // not in the ring
	check(!runqempty(&own));
	put(&own, 1, 2);
	putnext(&own, &gs[2]); // kicks gs[0] out
	equal(own.runqtail - start, 2);
	check(runqget(&own, &inherit) == &gs[2]);
	check(inherit);
	check(own.runnext == NULL);
	expect(&own, 1);
	expect(&own, 0);
	expectempty(&own);
}

static void overflow(uint32_t start)
{
	begin(&own, start);
	put(&own, 0, RunqSize);
	equal(sched.runqsize, 0);
	put(&own, RunqSize, RunqSize + 1);
	equal(sched.runqsize, Half + 1);
	for (uint32_t i = 0; i < Half; i++)
		expectglobal(i);
	expectglobal(RunqSize);
	check(gqueueEmpty(&sched.runq));
	check(sched.runq.tail == NULL);
	expectall(&own, Half, RunqSize);
	expectempty(&own);
}

// The runnext that is kicked out finds the ring full.
static void overflownext(uint32_t start)
{
	begin(&own, start);
	put(&own, 0, RunqSize);
	putnext(&own, &gs[RunqSize]);
	equal(sched.runqsize, 0);
	putnext(&own, &gs[RunqSize + 1]);
	equal(sched.runqsize, Half + 1);
	for (uint32_t i = 0; i < Half; i++)
		expectglobal(i);
	expectglobal(RunqSize);
	check(own.runnext == &gs[RunqSize + 1]);
	own.runnext = NULL;
	expectall(&own, Half, RunqSize);
	expectempty(&own);
}

static void batch(uint32_t start)
{
	Gqueue q = { 0 };

	begin(&own, start);
	runqputbatch(&own, &q, 0);
	expectempty(&own);
	put(&own, 0, 1);
	for (uint32_t i = 1; i < RunqSize + 3; i++)
		gqueuePushBack(&q, &gs[i]);
	runqputbatch(&own, &q, RunqSize + 2);
	check(gqueueEmpty(&q));
	equal(sched.runqsize, 3);
	for (uint32_t i = RunqSize; i < RunqSize + 3; i++)
		expectglobal(i);
	expectall(&own, 0, RunqSize);
	expectempty(&own);
}

// Of n in the ring, the thief runs one and keeps k - 1, where k is half, rounded up.
static void steal(uint32_t start, uint32_t n)
{
	uint32_t k = n - n / 2;
	G *gp;

	begin(&own, start);
	begin(&thief, start * 3 + 5);
	put(&own, 0, n);
	gp = runqsteal(&thief, &own, false);
	if (n == 0) {
		check(gp == NULL);
		return;
	}
	check(gp != NULL);
	equal(gp - gs, k - 1);
	expectall(&thief, 0, k - 1);
	expectempty(&thief);
	expectall(&own, k, n);
	expectempty(&own);
}

static void stealnext(uint32_t start)
{
	begin(&own, start);
	begin(&thief, start + 7);
	own.runnext = &gs[5];
	check(runqsteal(&thief, &own, false) == NULL);
	check(own.runnext == &gs[5]);
	put(&own, 0, 1);
	check(runqsteal(&thief, &own, true) == &gs[0]); // the ring first
	check(own.runnext == &gs[5]);
	own.status = Prunning; // the thief then gives it some time
	check(runqsteal(&thief, &own, true) == &gs[5]);
	check(own.runnext == NULL);
	check(runqsteal(&thief, &own, true) == NULL);
	expectempty(&own);
	expectempty(&thief);
}

static void global(int32_t size, int32_t maxn)
{
	int32_t n = size / gomaxprocs + 1;
	G *gp;

	n = min(n, size);
	n = maxn > 0 ? min(n, maxn) : n;
	n = min(n, Half);
	begin(&own, 0xfffffffe);
	for (int32_t i = 0; i < size; i++)
		globrunqput(&gs[i]);
	equal(sched.runqsize, size);
	gp = globrunqget(&own, maxn);
	equal(sched.runqsize, size - n);
	check((gp == NULL) == (size == 0));
	if (gp)
		check(gp == &gs[0]);
	expectall(&own, 1, (uint32_t)n);
	expectempty(&own);
	for (int32_t i = n; i < size; i++)
		expectglobal((uint32_t)i);
	check(gqueueEmpty(&sched.runq));
}

static void globalhead(void)
{
	Gqueue q = { 0 };

	globrunqput(&gs[2]);
	globrunqputhead(&gs[1]);
	globrunqputhead(&gs[0]);
	gqueuePushBack(&q, &gs[3]);
	gqueuePushBack(&q, &gs[4]);
	globrunqputbatch(&q, 2);
	globrunqputbatch(&q, 0);
	equal(sched.runqsize, 5);
	for (uint32_t i = 0; i < 5; i++)
		expectglobal(i);
	globrunqputhead(&gs[7]); // the tail is set, too
	globrunqput(&gs[8]);
	expectglobal(7);
	expectglobal(8);
}

// With the world stopped nobody else looks at the global queue.
static void parts(void)
{
	for (uint32_t i = 0; i < nelem(starts); i++) {
		fifo(starts[i]);
		next(starts[i]);
		overflow(starts[i]);
		overflownext(starts[i]);
		batch(starts[i]);
		for (uint32_t n = 0; n <= RunqSize; n++)
			steal(starts[i], n);
		stealnext(starts[i]);
	}
	for (int32_t size = 0; size < NumGs; size += size < 40 ? 1 : 53) {
		for (int32_t maxn = 0; maxn < 20; maxn++)
			global(size, maxn);
		global(size, Half);
		global(size, 2 * NumGs);
	}
	globalhead();
}

int rt_main(int nargs, char **args)
{
	static const int procs[] = { 1, 2, 3, 8 };

	(void)nargs, (void)args;
	for (uint32_t i = 0; i < nelem(procs); i++) {
		Gqueue saved;
		int32_t size;

		rt_gomaxprocs(procs[i]);
		stopTheWorld("test");
		equal(gomaxprocs, procs[i]);
		saved = sched.runq;
		size = sched.runqsize;
		sched.runq = (Gqueue){ 0 };
		sched.runqsize = 0;
		parts();
		equal(sched.runqsize, 0);
		sched.runq = saved;
		sched.runqsize = size;
		startTheWorld();
	}
	return 0;
}
