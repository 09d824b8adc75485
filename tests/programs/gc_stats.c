// tests/programs/gc_stats.c - what rt_memstats says about collected memory: nothing before there is
// any; then the cycles, what the last one has found, what all have freed, and how long they took.
// matrix: GOMAXPROCS=1,4
// env: GOGC=100
// variants: release debug
// hosted: not any: nothing is collected there
#include "../lib/test.h"

enum { Kept = 1000, Size = 48, Large = 1 << 20, Dropped = 64 << 20 };

static struct rt_memstats m, before;
static void *kept[Kept], *large;

static __attribute__((noinline)) void keep(void)
{
	for (int i = 0; i < Kept; i++)
		kept[i] = rt_gc_alloc(Size);
	large = rt_gc_alloc_noscan(Large);
}

static __attribute__((noinline)) void drop(void)
{
	for (int n = 0; n < Dropped; n += 100 * Size)
		*(char *)rt_gc_alloc(100 * Size) = 1;
}

int rt_main(int argc, char **argv)
{
	int64_t start;

	(void)argc, (void)argv;
	rt_memstats(&m);
	check(!m.gc_cycles && !m.gc_objects && !m.gc_object_bytes && !m.gc_heap && !m.gc_goal);
	check(!m.gc_freed && !m.gc_paused && !m.gc_longest && !m.gc_last);

	keep();
	start = rt_nanotime();
	rt_gc();
	rt_memstats(&m);
	equal(m.gc_cycles, 1);
	equal(m.gc_forced, 1);
	check(m.gc_objects > Kept && m.gc_objects < 2 * Kept);
	check(m.gc_object_bytes >= Kept * Size + Large && m.gc_object_bytes < 2 * Large);
	check(m.gc_heap >= m.gc_object_bytes);
	equal(m.gc_goal, 4 << 20);
	check(m.gc_paused > 0 && m.gc_longest == m.gc_paused);
	check(m.gc_last > start && m.gc_last <= rt_nanotime());

	before = m;
	drop();
	rt_memstats(&m);
	check(m.gc_cycles >= before.gc_cycles + Dropped / (4 << 20) - 4);
	equal(m.gc_forced, 1);
	check(m.gc_heap < 5 << 20 && m.gc_freed > Dropped - (8 << 20) && m.gc_freed <= Dropped + Dropped / 8);
	check(m.gc_paused > before.gc_paused && m.gc_longest < m.gc_paused);
	check(m.gc_last > before.gc_last);

	equal(rt_gc_percent(-1), 100);
	rt_memstats(&m);
	check(m.gc_goal == UINT64_MAX);
	for (int i = 0; i < Kept; i++)
		check(*(void **)kept[i] == NULL);
	check(*(char *)large == 0);
	rt_printf("ok\n");
	return 0;
}
