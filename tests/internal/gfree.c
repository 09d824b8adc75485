// tests/internal/gfree.c - goroutines that have ended are used again.
//
// Promises: a P keeps fewer than 64 of them; with the 64th all but 31 go to the global
// list; an empty P takes 32 from there; none is lost or comes twice; a million
// goroutines need about as many Gs as there were at once. The scavenger frees the stacks that
// were not needed since it began to count; a G that has none then gets a new one with its next
// goroutine.
// matrix: GOMAXPROCS=1,4
#include "internal.h"
#include "runtime/sched/g.h"

enum { NumGs = 500, Needed = 100, Million = 1000000, Together = 100 };

static P own;
static G gs[NumGs];

static void put(int32_t from, int32_t to)
{
	for (int32_t i = from; i < to; i++) {
		equal(gs[i].goid, 0);
		gs[i].goid = 1; // free
		gfput(&own, &gs[i]);
	}
}

static void get(int32_t n)
{
	while (n-- > 0) {
		G *gp = gfget(&own);

		check(gp >= gs && gp < gs + NumGs);
		equal(gp->goid, 1);
		gp->goid = 0;
		equal(gp->stack.hi - gp->stack.lo, goroutineStack);
		*(volatile char *)(gp->stack.hi - 1) = 1;
	}
}

// With the world stopped, the global lists empty.
static void limits(void)
{
	int32_t moved = GFreeMax - GFreeKeep;

	for (int i = 0; i < NumGs; i++) {
		gs[i].atomicstatus = Gdead;
		gstack(&gs[i], goroutineStack);
	}
	check(gfget(&own) == NULL);
	put(0, GFreeMax - 1);
	equal(own.gFree.n, GFreeMax - 1);
	equal(sched.gFree.n, 0);
	put(GFreeMax - 1, GFreeMax);
	equal(own.gFree.n, GFreeKeep);
	equal(sched.gFree.n, moved); // 33
	equal(sched.gFree.nstack, moved);
	get(GFreeKeep);
	equal(own.gFree.n, 0);
	equal(sched.gFree.n, moved);
	get(1);
	equal(own.gFree.n, GFreeMax / 2 - 1);
	equal(sched.gFree.n, 1);
	get(GFreeMax / 2 - 1);
	get(1); // the last one
	equal(sched.gFree.n, 0);
	equal(sched.gFree.nstack, 0);
	check(gfget(&own) == NULL);
}

static void step(void *more)
{
	*(bool *)more = gfscavenge();
}

static bool takeone(void)
{
	bool more;

	systemstack(step, &more);
	return more;
}

static void freefn(void *gp)
{
	stackfree(((G *)gp)->stack);
}

static void scavenge(void)
{
	int32_t left = 0;

	put(0, NumGs);
	equal(own.gFree.n + sched.gFree.n, NumGs);
	check(own.gFree.n < GFreeMax);
	gfpurge(&own);
	equal(own.gFree.n, 0);
	equal(sched.gFree.n, NumGs);
	equal(sched.gFree.nstack, NumGs);
	check(!takeone()); // it has not begun
	gfscavengebegin();
	get(Needed); // and what the P takes with them
	for (int i = 0; i < NumGs; i++) {
		if (gs[i].goid == 0)
			put(i, i + 1);
	}
	gfpurge(&own);
	for (int i = 1; takeone(); i++) {
		equal(sched.gFree.n, NumGs);
		left = NumGs - i;
		equal(sched.gFree.nstack, left);
	}
	check(left >= Needed && left < Needed + GFreeMax / 2);
	get(NumGs); // the last ones get stacks
	check(gfget(&own) == NULL);
	equal(own.gFree.n + sched.gFree.n, 0);
	for (int i = 0; i < NumGs; i++)
		systemstack(freefn, &gs[i]);
}

static void alone(void)
{
	Glist stack, noStack;
	uint32_t usual = goroutineStack;
	int32_t n, nstack, nunused;

	stopTheWorld("test");
	stack = sched.gFree.stack;
	noStack = sched.gFree.noStack;
	n = sched.gFree.n;
	nstack = sched.gFree.nstack;
	nunused = sched.gFree.nunused;
	sched.gFree.stack.head = sched.gFree.noStack.head = NULL;
	sched.gFree.n = sched.gFree.nstack = sched.gFree.nunused = 0;
	goroutineStack = StackMin;
	limits();
	scavenge();
	goroutineStack = StackSegment;
	limits();
	scavenge();
	goroutineStack = usual;
	sched.gFree.stack = stack;
	sched.gFree.noStack = noStack;
	sched.gFree.n = n;
	sched.gFree.nstack = nstack;
	sched.gFree.nunused = nunused;
	startTheWorld();
}

static rt_waitgroup all;
static int64_t ran;

static void count(void *arg)
{
	(void)arg;
	atomic_xadd(&ran, 1);
	rt_waitgroup_done(&all);
}

static void million(void)
{
	// What the Ps keep for themselves is out of the others' reach.
	uintptr_t most = allglen + Together + (uintptr_t)gomaxprocs * GFreeMax;

	for (int i = 0; i < Million; i += Together) {
		rt_waitgroup_add(&all, Together);
		for (int j = 0; j < Together; j++)
			rt_go(count, NULL);
		rt_waitgroup_wait(&all);
	}
	equal(ran, Million);
	if (allglen > most)
		equal(allglen, most);
	while (rt_num_goroutine() != 1) // the last ones are about to end
		rt_gosched();
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	alone();
	million();
	return 0;
}
