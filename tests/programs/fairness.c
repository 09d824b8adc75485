// tests/programs/fairness.c - on one processor nobody is starved by goroutines that wake
// each other.
//
// Promises: pairs that pass a message to and fro do not keep out one that yields, one
// that sleeps, nor a chain that respawns itself; a pair that computes for long and a pair
// that computes little get the processor for times within a factor of 20.
// env: GOMAXPROCS=1
// hosted: not thread: it watches the counting of one pair more than the waiting of the other
#include "../lib/test.h"

enum {
	Pairs = 3,
	Hog = 1000000, // counts between two messages
	Light = 1000,
	Yields = 5,
	Patience = 40, // seconds for what takes a few
};

typedef struct {
	rt_chan *c;
	int limit;
	int64_t count; // the one whose turn it is counts
} Pair;

static _Atomic(int64_t) generations;

static void one_of_pair(void *arg)
{
	Pair *p = arg;

	for (;;) {
		check(rt_chan_recv(p->c, NULL));
		for (int i = 0; i < p->limit; i++)
			__atomic_store_n(&p->count, p->count + 1, __ATOMIC_RELAXED);
		rt_chan_send(p->c, NULL);
	}
}

static int64_t counted(const Pair *p)
{
	return __atomic_load_n(&p->count, __ATOMIC_RELAXED);
}

static void start(Pair *p, int limit)
{
	p->c = rt_chan_make(0, 0);
	p->limit = limit;
	rt_go(one_of_pair, p);
	rt_go(one_of_pair, p);
	rt_chan_send(p->c, NULL);
}

static void respawn(void *arg)
{
	generations++;
	rt_go(respawn, arg);
}

static void yields_get_through(int64_t end)
{
	for (int i = 0; i < Yields; i++) {
		rt_gosched();
		check(rt_nanotime() < end);
	}
}

int rt_main(int argc, char **argv)
{
	int64_t end = rt_nanotime() + Patience * RT_SECOND, hog, light;
	static Pair hogs, lights, more[Pairs];

	(void)argc, (void)argv;
	start(&hogs, Hog);
	start(&lights, Light);
	hog = counted(&hogs);
	light = counted(&lights);
	rt_sleep(500 * RT_MILLISECOND);
	check(rt_nanotime() < end);
	hog = counted(&hogs) - hog;
	light = counted(&lights) - light;
	rt_eprintf("hogs counted %lld, lights %lld\n", (long long)hog, (long long)light);
	check(hog > 0 && light > 0);
	if (!stressed()) // there each yields after every message
		check(hog / light <= 20 && light / hog <= 20);

	for (int i = 0; i < Pairs; i++)
		start(&more[i], 1);
	yields_get_through(end);
	rt_go(respawn, NULL);
	yields_get_through(end);
	check(generations > Yields);
	for (int i = 0; i < Pairs; i++)
		check(counted(&more[i]) > Yields);
	return 0;
}
