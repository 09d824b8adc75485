// tests/internal/gc_forced.c - when there has been no cycle for two minutes, sysmon has one run; but
// not with GOGC=off.
// env: GODEBUG=gctrace=1
// stdout: ok
// stderr~: ^gc 1 @.* \(forced\)$
#include "internal.h"
#include "runtime/mem/mem.h"
#include "runtime/sched/gcwork.h"

static int64_t ago(void)
{
	return nanotime() - 121 * RT_SECOND;
}

// Waits until a cycle, or the helper without one, has been at work.
static void await(void)
{
	int64_t then = ago();

	atomic_store_relaxed(&lastgc, then);
	while (atomic_load_relaxed(&lastgc) == then)
		rt_gosched();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	check(atomic_load_relaxed(&lastgc) == 0);
	check(rt_gc_alloc(10) != NULL);
	await();
	check(memstats.heap_marked < 1000);
	memstats.heap_marked = 12345678; // a cycle would change it
	rt_gc_percent(-1);
	await();
	check(memstats.heap_marked == 12345678);
	rt_printf("ok\n");
	return 0;
}
