// tests/internal/gfree.c - goroutines that have ended are used again.
//
// Promises: a P keeps fewer than 64 of them; with the 64th all but 31 go to the global list;
// an empty P takes 32 from there; none is lost or comes twice; a million goroutines need
// about as many Gs as there were at the same time.
// matrix: GOMAXPROCS=1,4
#include "internal.h"

enum { NumGs = 200, Million = 1000000, Together = 100 };

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
	}
}

// With the world stopped, the global list empty.
static void limits(void)
{
	for (int i = 0; i < NumGs; i++)
		gs[i].atomicstatus = Gdead;
	check(gfget(&own) == NULL);
	put(0, GFreeMax - 1);
	equal(own.gFree.n, GFreeMax - 1);
	equal(sched.gFree.n, 0);
	put(GFreeMax - 1, GFreeMax);
	equal(own.gFree.n, GFreeKeep);
	equal(sched.gFree.n, GFreeMax - GFreeKeep);
	get(GFreeKeep);
	equal(own.gFree.n, 0);
	equal(sched.gFree.n, GFreeMax - GFreeKeep); // 33
	get(1);
	equal(own.gFree.n, GFreeMax / 2 - 1);
	equal(sched.gFree.n, 1);
	get(GFreeMax / 2 - 1);
	get(1); // the last one
	equal(sched.gFree.n, 0);
	check(sched.gFree.list.head == NULL);
	check(gfget(&own) == NULL);

	put(0, NumGs);
	equal(own.gFree.n + sched.gFree.n, NumGs);
	check(own.gFree.n < GFreeMax);
	gfpurge(&own);
	equal(own.gFree.n, 0);
	equal(sched.gFree.n, NumGs);
	get(NumGs);
	check(gfget(&own) == NULL);
	equal(own.gFree.n + sched.gFree.n, 0);
}

static void alone(void)
{
	Glist saved;
	int32_t n;

	stopTheWorld("test");
	saved = sched.gFree.list;
	n = sched.gFree.n;
	sched.gFree.list.head = NULL;
	sched.gFree.n = 0;
	limits();
	sched.gFree.list = saved;
	sched.gFree.n = n;
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

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	alone();
	million();
	return 0;
}
