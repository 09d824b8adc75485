// tests/internal/layout_places.c - the kind of a layout that was never asked for is not known, also while
// others put theirs into the place of the table where the search for it has ended.
// hosted: not any: nothing is collected there
#include "internal.h"
#include "runtime/reach/managed.h"

enum { Pool = 1 << 20, Alike = 200, Class = 3, Tables = 4096 };

// Layouts of no word; those whose places begin alike in all tables of up to so many places.
static rt_layout pool[Pool], *alike[Alike];
static uint32_t looks, stop;
static rt_chan *ended;

static uint32_t placebegins(const rt_layout *t)
{
	uint64_t key = (uint64_t)(Class + 1) << 56 | (uintptr_t)t; // layout.c

	return (uint32_t)(key * 0x9e3779b97f4a7c15 >> 32) % Tables;
}

static void choose(void)
{
	int n = 0;

	for (int i = 0; i < Pool && n < Alike; i++) {
		if (placebegins(&pool[i]) == placebegins(pool))
			alike[n++] = &pool[i];
	}
	equal(n, Alike);
}

// The first one is never asked for.
static void searches(void *unused)
{
	(void)unused;
	while (!atomic_load_relaxed(&stop)) {
		equal(knownkind(alike[0], Class), NoKind);
		atomic_store_relaxed(&looks, looks + 1);
	}
	rt_chan_send(ended, NULL);
}

static void ask(void *t)
{
	kindoflayout(t, Class);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_gc(); // the collector is there
	choose();
	ended = rt_chan_make(0, 0);
	rt_gomaxprocs(2);
	rt_go(searches, NULL);
	for (int i = 1; i < Alike; i++) {
		uint32_t before = atomic_load_relaxed(&looks);

		for (uint32_t n = 0; atomic_load_relaxed(&looks) - before < 50; n++) {
			if (n % 1000 == 999)
				rt_gosched(); // they may be on one processor
		}
		systemstack(ask, alike[i]);
	}
	atomic_store_relaxed(&stop, 1);
	rt_chan_recv(ended, NULL);
	for (int i = 1; i < Alike; i++)
		equal(knownkind(alike[i], Class), kindofclass(Class, true));
	rt_printf("ok\n");
	return 0;
}
