// tests/programs/leaks_cgocall.c - functions of rt_cgocall's allocate and free while rt_leaks has the
// world stopped; what their arguments lead to is in use.
// matrix: GOMAXPROCS=1,4
// hosted: not any: rt_leaks is -ENOSYS
#include "../lib/test.h"

enum { Threads = 3, Objects = 64, Searches = 100 };

typedef struct {
	void *object[Objects];
	rt_waitgroup *done;
	uint64_t rounds;
} Work;

static bool over;

static void allocates(void *arg)
{
	Work *w = arg;
	uint64_t seed = (uint64_t)(uintptr_t)w;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED) || w->rounds < 1000) {
		uint64_t r = next_random(&seed);
		void **slot = &w->object[r % Objects];

		rt_free(*slot);
		*slot = rt_malloc(r >> 32 & 1 ? 100 : r >> 33 & 15 ? 3000 : 100000);
		w->rounds++;
	}
	for (int i = 0; i < Objects; i++)
		rt_free(w->object[i]);
}

static void calls(void *arg)
{
	Work *w = arg;

	equal(rt_cgocall(allocates, w), 0);
	rt_waitgroup_done(w->done);
	rt_free(w);
}

int rt_main(int argc, char **argv)
{
	rt_waitgroup done = { 0 };
	rt_leak_counts n;

	(void)argc, (void)argv;
	rt_waitgroup_add(&done, Threads);
	for (int i = 0; i < Threads; i++) {
		Work *w = rt_calloc(1, sizeof *w);

		w->done = &done;
		rt_go(calls, w);
	}
	for (int i = 0; i < Searches; i++) {
		rt_leaks(-1, &n);
		equal(n.goroutines, 0);
		// What a register alone has, for a moment, may be among the lost.
		check(n.objects <= 2 * Threads);
		rt_gosched();
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	rt_waitgroup_wait(&done);
	equal(rt_leaks(2, NULL), 0);
	return 0;
}
