// tests/programs/gc_callback.c - the collector reads both stacks of a goroutine in rt_cgocall, at
// each moment, also while the function becomes the goroutine, and when that ends again.
// env: GODEBUG=clobberfree=1
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not any: nothing is collected there
#include "../lib/leaking.h"

enum { Callers = 3, Pattern = 0x5a };

static rt_chan *ended;
static volatile bool stop;
static uint64_t rounds;

static APART void make(uint64_t *volatile *slot)
{
	uint64_t *p = rt_gc_alloc(64);

	p[7] = Pattern;
	*slot = p;
}

static void within(void *unused)
{
	(void)unused;
}

// On the stack of functions: an object that only this frame has.
static void function(void *outer)
{
	(void)outer;
	for (int i = 0; i < 20; i++) {
		uint64_t *volatile mine;

		make(&mine); // the function becomes the goroutine
		wipe_stack();
		rt_cgocall(within, NULL); // is not the goroutine meanwhile
		rt_gosched();
		equal(mine[7], Pattern);
	}
}

static void calls(void *unused)
{
	(void)unused;
	while (!stop) {
		uint64_t *volatile mine;

		make(&mine);
		wipe_stack();
		rt_cgocall(function, NULL);
		equal(mine[7], Pattern);
		__atomic_fetch_add(&rounds, 1, __ATOMIC_RELAXED);
	}
	rt_chan_send(ended, NULL);
}

int rt_main(int argc, char **argv)
{
	int64_t end = rt_nanotime() + (argc > 1 ? 20 * RT_SECOND : RT_SECOND / 2);
	int cycles = 0;

	(void)argv;
	ended = rt_chan_make(0, 0);
	for (int i = 0; i < Callers; i++)
		rt_go(calls, NULL);
	for (; rt_nanotime() < end; cycles++) {
		rt_gc();
		rt_gosched();
	}
	stop = true;
	for (int i = 0; i < Callers; i++)
		rt_chan_recv(ended, NULL);
	if (argc > 1)
		rt_printf("%d cycles, %lu rounds\n", cycles, (unsigned long)rounds);
	rt_printf("ok\n");
	return 0;
}
