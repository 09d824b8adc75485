// tests/programs/group.c - goroutines of a group: rt_group_wait returns the first error, which
// has cancelled the context of all; rt_group_limit bounds how many run.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <asm-generic/errno.h>

static rt_group *g;
static int running, most, ran;
static rt_chan *hold;

static int fine(void *arg)
{
	__atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
	return (int)(intptr_t)arg;
}

static int fails(void *arg)
{
	return -(int)(intptr_t)arg;
}

static int waits(void *arg)
{
	rt_ctx *c = arg;

	check(!rt_chan_recv(rt_ctx_done(c), NULL));
	return rt_ctx_err(c); // not the first error, unless nobody else has one
}

static int counts(void *arg)
{
	int n = __atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST), seen;

	(void)arg;
	do
		seen = __atomic_load_n(&most, __ATOMIC_SEQ_CST);
	while (n > seen && !__atomic_compare_exchange_n(&most, &seen, n, false, __ATOMIC_SEQ_CST,
	                                                __ATOMIC_SEQ_CST));
	for (int i = 0; i < 3; i++)
		rt_gosched();
	__atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
	return 0;
}

static int holds(void *arg)
{
	(void)arg;
	rt_chan_recv(hold, NULL);
	return 0;
}

static int leaves(void *arg)
{
	(void)arg;
	rt_goexit();
}

static int spreads(void *arg)
{
	intptr_t depth = (intptr_t)arg;

	__atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
	if (depth == 0)
		return 0;
	rt_group_go(g, spreads, (void *)(depth - 1));
	rt_group_go(g, spreads, (void *)(depth - 1));
	return 0;
}

static void starts(void *arg)
{
	rt_group_go(g, fine, NULL);
	rt_waitgroup_done(arg);
}

static void results(void)
{
	rt_ctx *c;

	g = rt_group_new(rt_ctx_background());
	equal(rt_group_wait(g), 0); // none

	g = rt_group_new(rt_ctx_background());
	c = rt_ctx_ref(rt_group_ctx(g));
	for (int i = 0; i < 100; i++)
		rt_group_go(g, fine, (void *)(intptr_t)i); // positive is no error
	equal(rt_ctx_err(c), 0);
	equal(rt_group_wait(g), 0);
	equal(ran, 100);
	equal(rt_ctx_err(c), -ECANCELED); // it is over with the group
	rt_ctx_free(c);

	g = rt_group_new(rt_ctx_background());
	for (int i = 0; i < 50; i++)
		rt_group_go(g, waits, rt_group_ctx(g));
	rt_group_go(g, leaves, NULL);
	rt_group_go(g, fails, (void *)(intptr_t)7);
	equal(rt_group_wait(g), -7);
}

static void parents(void)
{
	rt_ctx *c = rt_ctx_with_timeout(rt_ctx_background(), 5 * RT_MILLISECOND);

	g = rt_group_new(c);
	rt_group_go(g, waits, rt_group_ctx(g));
	equal(rt_group_wait(g), -ETIMEDOUT);
	g = rt_group_new(c); // over from the beginning
	equal(rt_ctx_err(rt_group_ctx(g)), -ETIMEDOUT);
	rt_group_go(g, fine, NULL);
	equal(rt_group_wait(g), 0);
	rt_ctx_free(c);
}

static void limits(void)
{
	rt_waitgroup third = { 0 };

	ran = 0;
	g = rt_group_new(rt_ctx_background());
	rt_group_limit(g, 3);
	for (int i = 0; i < 300; i++)
		rt_group_go(g, counts, NULL);
	equal(rt_group_wait(g), 0);
	equal(ran, 300);
	check(most >= 1 && most <= 3);

	ran = 0;
	hold = rt_chan_make(0, 0);
	g = rt_group_new(rt_ctx_background());
	rt_group_limit(g, 2);
	rt_group_go(g, holds, NULL);
	rt_group_go(g, holds, NULL);
	rt_waitgroup_add(&third, 1);
	rt_go(starts, &third);
	for (int i = 0; i < 100; i++)
		rt_gosched();
	equal(rt_waitgroup_wait_until(&third, 1), -ETIMEDOUT); // it waits for room
	rt_group_limit(g, 3);
	rt_waitgroup_wait(&third);
	rt_group_limit(g, 0); // none
	for (int i = 0; i < 10; i++)
		rt_group_go(g, fine, NULL);
	rt_chan_close(hold);
	equal(rt_group_wait(g), 0);
	equal(ran, 11);
	rt_chan_free(hold);
}

// Groups that end while their goroutines do, again and again: the group's memory is used again.
static void ends(void *arg)
{
	for (int i = 0; i < 300; i++) {
		rt_group *mine = rt_group_new(rt_ctx_background());

		for (int k = 0; k < 4; k++)
			rt_group_go(mine, fails, (void *)(intptr_t)(k == i % 4 ? 9 : 0));
		equal(rt_group_wait(mine), -9);
	}
	rt_waitgroup_done(arg);
}

int rt_main(int argc, char **argv)
{
	struct rt_memstats m0, m1;
	rt_waitgroup all = { 0 };

	(void)argc, (void)argv;
	results();
	parents();
	limits();
	ran = 0;
	g = rt_group_new(rt_ctx_background());
	rt_group_go(g, spreads, (void *)(intptr_t)7);
	equal(rt_group_wait(g), 0);
	equal(ran, 255);

	rt_memstats(&m0);
	rt_waitgroup_add(&all, 8);
	for (int i = 0; i < 8; i++)
		rt_go(ends, &all);
	rt_waitgroup_wait(&all);
	rt_memstats(&m1);
	check(m1.objects <= m0.objects + 20); // a descriptor's entry, a goroutine's
	return 0;
}
