// tests/programs/join.c - rt_join waits for the goroutine and has its result; nothing is left of
// those that nobody joins.
//
//	join [TASKS]	(default 20000)
//
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

enum { Depth = 12 };

static _Atomic(int64_t) ran;

static void *twice(void *arg)
{
	ran++;
	if ((intptr_t)arg % 3 == 0)
		rt_gosched();
	return (void *)((intptr_t)arg * 2);
}

// A tree of tasks that join their children.
static void *count(void *arg)
{
	intptr_t depth = (intptr_t)arg;
	rt_task *left, *right;

	if (depth == 0)
		return (void *)1;
	left = rt_spawn(count, (void *)(depth - 1));
	right = rt_spawn(count, (void *)(depth - 1));
	return (void *)((intptr_t)rt_join(left) + (intptr_t)rt_join(right));
}

// One joins what another started.
static void *join_it(void *arg)
{
	return rt_join(arg);
}

int rt_main(int argc, char **argv)
{
	int64_t n = argument(argc, argv, 20000);
	rt_task **t = rt_calloc((size_t)n, sizeof *t);

	equal(rt_num_goroutine(), 1);
	for (intptr_t i = 0; i < n; i++)
		t[i] = rt_spawn(twice, (void *)i);
	for (intptr_t i = n - 1; i >= 0; i--)
		equal((intptr_t)rt_join(t[i]), i * 2);
	equal(ran, n);
	for (intptr_t i = 0; i < n; i++)
		rt_detach(rt_spawn(twice, (void *)i));
	rt_detach(NULL);
	while (ran < 2 * n)
		rt_gosched();
	equal((intptr_t)rt_join(rt_spawn(join_it, rt_spawn(twice, (void *)4))), 8);
	equal((intptr_t)rt_join(rt_spawn(count, (void *)Depth)), 1 << Depth);
	t[0] = rt_spawn(twice, NULL);
	check(rt_num_goroutine() >= 1);
	rt_join(t[0]);
	rt_free(t);
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
