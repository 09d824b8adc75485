// tests/programs/gc_leaks.c - rt_leaks and the collector in one program: what objects of rt_gc_alloc
// lead to is no leak, unless nothing leads to those; they are not leaks themselves; finalizers
// are called after a search, and what they need is no leak.
// env: GODEBUG=clobberfree=1
// matrix: GOMAXPROCS=1,4
// hosted: not any: nothing is collected there
#include "../lib/test.h"

static void **kept;
static rt_chan *called;

static void tells(void *arg)
{
	rt_chan_send(called, &arg);
}

static void scrub(void)
{
	volatile char below[1500];

	for (unsigned i = 0; i < sizeof below; i++)
		below[i] = 0;
}

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
}

static __attribute__((noinline)) void keep(void)
{
	kept = rt_gc_alloc(2 * sizeof *kept);
	kept[0] = rt_malloc(100);
	kept[1] = rt_chan_make(0, 0);
	rt_go(receives, kept[1]);
	check(rt_gc_finalizer(rt_gc_alloc(64), tells, rt_malloc(48)));
}

int rt_main(int argc, char **argv)
{
	rt_leak_counts n;
	void *arg;

	(void)argc, (void)argv;
	called = rt_chan_make(sizeof(void *), 10);
	keep();
	rt_gosched();
	for (int i = 0; i < 3; i++) {
		scrub();
		equal(rt_leaks(-1, &n), 0);
	}
	rt_chan_recv(called, &arg);
	rt_free(arg);
	*(char *)kept[0] = 1;
	rt_gc();
	equal(rt_leaks(-1, &n), 0);
	kept = NULL;
	do {
		scrub();
		rt_gc();
	} while (rt_leaks(-1, &n) < 2);
	equal(n.goroutines, 1);
	equal(n.objects, 1);
	rt_exit(0);
}
