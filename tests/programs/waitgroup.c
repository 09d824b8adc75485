// tests/programs/waitgroup.c - a WaitGroup lets its waiters go when the count is 0, not
// earlier, all of them, and can be used again.
//
//	waitgroup [ROUNDS]	(default 2000)
//
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

enum { Workers = 16, Waiters = 8 };

typedef struct {
	rt_waitgroup work, waiters;
	_Atomic(int) finished, released;
} Round;

static void work(void *arg)
{
	Round *r = arg;

	rt_gosched();
	r->finished++;
	rt_waitgroup_done(&r->work);
}

static void await(void *arg)
{
	Round *r = arg;

	rt_waitgroup_wait(&r->work);
	equal(r->finished, Workers);
	r->released++;
	rt_waitgroup_done(&r->waiters);
}

static void play(Round *r)
{
	r->finished = 0;
	r->released = 0;
	rt_waitgroup_add(&r->work, Workers);
	rt_waitgroup_add(&r->waiters, Waiters);
	for (int i = 0; i < Waiters; i++)
		rt_go(await, r);
	for (int i = 0; i < Workers; i++)
		rt_go(work, r);
	rt_waitgroup_wait(&r->work);
	equal(r->finished, Workers);
	rt_waitgroup_wait(&r->waiters);
	equal(r->released, Waiters);
}

static void pass(void *arg)
{
	Round *r = arg;

	rt_waitgroup_wait(&r->work);
	r->released = 1;
	rt_waitgroup_done(&r->waiters);
}

// The last of the count is taken by a negative add.
static void adds(void)
{
	Round r = { .finished = 0 };

	rt_waitgroup_add(&r.work, 1000);
	rt_waitgroup_add(&r.work, -999);
	rt_waitgroup_add(&r.waiters, 1);
	rt_go(pass, &r);
	for (int i = 0; i < 10; i++)
		rt_gosched();
	equal(r.released, 0);
	rt_waitgroup_add(&r.work, 1);
	rt_waitgroup_add(&r.work, -2);
	rt_waitgroup_wait(&r.waiters);
	equal(r.released, 1);
}

int rt_main(int argc, char **argv)
{
	int64_t rounds = argument(argc, argv, 2000);
	static Round r;

	rt_waitgroup_wait(&r.work); // nothing to wait for
	rt_waitgroup_add(&r.work, 0);
	rt_waitgroup_wait(&r.work);
	adds();
	while (rounds-- > 0)
		play(&r);
	return 0;
}
