// tests/programs/gc_procs.c - Ps that are gone for a while do not allocate from spans that were
// freed meanwhile: no object of rt_malloc is overwritten.
// hosted: not any: nothing is collected there
// repeat: 5
#include "../lib/test.h"

enum { Procs = 4, Goroutines = 2 * Procs, Each = 20, Objects = 400, Size = 3000, Mark = 0x77 };

static rt_waitgroup done;
static uint8_t *objects[Objects];

// So long that each P has one of them.
static void allocates(void *unused)
{
	int64_t end = rt_nanotime() + 3 * RT_MILLISECOND;
	int n = 0;

	(void)unused;
	do {
		if (n++ < Each)
			*(volatile uint64_t *)rt_gc_alloc(48) = 1;
	} while (rt_nanotime() < end);
	rt_waitgroup_done(&done);
}

static void on_all(void)
{
	rt_gomaxprocs(Procs);
	rt_waitgroup_add(&done, Goroutines);
	for (int i = 0; i < Goroutines; i++)
		rt_go(allocates, NULL);
	rt_waitgroup_wait(&done);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	on_all();
	rt_gomaxprocs(1);
	rt_gc();
	rt_gc(); // what the first has swept is free
	for (int i = 0; i < Objects; i++) {
		objects[i] = rt_malloc(Size);
		for (int k = 0; k < Size; k++)
			objects[i][k] = Mark;
	}
	on_all();
	for (int i = 0; i < Objects; i++) {
		for (int k = 0; k < Size; k++)
			equal(objects[i][k], Mark);
	}
	return 0;
}
