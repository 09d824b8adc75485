// tests/programs/gc_pace.c - the heap of a program that drops what it allocates stays small, with
// GOGC=off it grows, and rt_gc_percent changes that; what is large or has no pointers counts,
// too. A program that keeps all loses nothing.
//
// Promises: rt_gc_percent returns what was in force; it works while nothing is in use, and with
// many objects in use.
// env: GOGC=100
// env: GOGC=off
// env: GOGC=20 GOMAXPROCS=4
// variants: release debug
// hosted: not any: nothing is collected there
#include "../lib/test.h"

enum { Million = 1000 * 1000 };

static uint64_t heap(void)
{
	static struct rt_memstats m;

	rt_memstats(&m);
	return m.heap - m.heap_free;
}

// Allocates so many bytes, and keeps nothing.
static __attribute__((noinline)) void drop(uint64_t bytes)
{
	for (uint64_t n = 0; n < bytes; n += 48 + 1000 + 100000) {
		*(char **)rt_gc_alloc(48) = NULL;
		*(char *)rt_gc_alloc_noscan(1000) = 1;
		*(char *)rt_gc_alloc(100000) = 1;
	}
}

typedef struct Link {
	struct Link *next;
	uint64_t n;
} Link;

static Link *chain;

static void keep(void)
{
	for (uint64_t i = 0; i < Million / 10; i++) {
		Link *l = rt_gc_alloc(sizeof *l);

		*l = (Link){ chain, i };
		chain = l;
	}
}

int rt_main(int argc, char **argv)
{
	const char *gogc = rt_getenv("GOGC");
	int percent = same(gogc, "off") ? -1 : (int)number(gogc);
	uint64_t n = Million / 10;

	(void)argc, (void)argv;
	drop(200 * Million);
	if (percent < 0)
		check(heap() > 150 * Million);
	else
		check(heap() < 30 * Million);
	equal(rt_gc_percent(-5), percent);
	equal(rt_gc_percent(50), -1);
	equal(rt_gc_percent(50), 50);
	rt_gc();
	check(heap() < 10 * Million);
	drop(200 * Million);
	check(heap() < 30 * Million);
	keep();
	drop(20 * Million);
	for (const Link *l = chain; l; l = l->next)
		equal(l->n, --n);
	equal(n, 0);
	rt_printf("ok\n");
	return 0;
}
