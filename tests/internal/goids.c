// tests/internal/goids.c - goroutines' numbers.
//
// Promises: no number comes twice; a P takes them in batches of 16 that begin at a
// multiple of 16 plus 1, and uses each batch up in order; the main goroutine is 1, and
// a goroutine records its creator.
// matrix: GOMAXPROCS=1,2,4
#include "internal.h"
#include "runtime/sched/g.h"
#include "runtime/sched/runq.h"

enum { Makers = 4, Each = 5000, Ids = Makers * Each * 2 + 10000 };

static uint8_t seen[Ids];
static rt_waitgroup all;

// On one P, without leaving it.
static void batches(void)
{
	M *mp = acquirem();
	P *pp = mp->p;
	uint64_t last = 0, end = pp->goidcacheend, gen = sched.goidgen;
	Gqueue q = { 0 };

	for (int i = 0; i < 100; i++) {
		G *gp = newproc1(nothing, NULL, NULL, 0, getg(), 0);

		equal(gp->parentGoid, getg()->goid);
		check(gp->goid != 0);
		if (pp->goidcacheend != end) { // a new batch
			equal(pp->goidcacheend % GoidCacheBatch, 1);
			equal(gp->goid, pp->goidcacheend - GoidCacheBatch);
			check(sched.goidgen >= gen + GoidCacheBatch);
			end = pp->goidcacheend;
			gen = sched.goidgen;
		} else if (last != 0) {
			equal(gp->goid, last + 1);
		}
		equal(pp->goidcache, gp->goid + 1);
		check(pp->goidcache <= end);
		last = gp->goid;
		gqueuePushBack(&q, gp);
	}
	runqputbatch(pp, &q, 100);
	releasem(mp);
}

static void see(void *arg)
{
	(void)arg;
	check(rt_goid() < Ids);
	equal(atomic_xadd(&seen[rt_goid()], 1), 1);
	rt_waitgroup_done(&all);
}

static void make(void *arg)
{
	(void)arg;
	for (int i = 0; i < Each; i++)
		rt_go(see, NULL);
	rt_waitgroup_done(&all);
}

int rt_main(int nargs, char **args)
{
	int64_t n = 0;

	(void)nargs, (void)args;
	equal(rt_goid(), 1);
	batches();
	rt_waitgroup_add(&all, Makers + Makers * Each);
	for (int i = 0; i < Makers; i++)
		rt_go(make, NULL);
	rt_waitgroup_wait(&all);
	for (int i = 0; i < Ids; i++)
		n += seen[i];
	equal(n, Makers * Each);
	equal(sched.goidgen % GoidCacheBatch, 0);
	equal(rt_goid(), 1);
	return 0;
}
