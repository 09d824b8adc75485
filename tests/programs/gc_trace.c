// tests/programs/gc_trace.c - GODEBUG=gctrace=1 prints a line like Go's for each cycle.
// env: GODEBUG=gctrace=1 GOMAXPROCS=2
// stdout: ok
// stderr~: ^gc 1 @\d+\.\d{3}s \d+%: \d+\.\d{3}\+\d+\.\d{3}\+\d+\.\d{3} ms clock, \d+\.\d{3}\+\d+\.\d{3}\+\d+\.\d{3} ms cpu, 2->2->[12] MB, 4 MB goal, 2 P \(forced\)$
// stderr~: ^gc 2 @.* ms cpu, 4->4->1 MB, 4 MB goal, 2 P$
// hosted: not any: nothing is collected there
// variants: release debug
#include "../lib/test.h"

static char *kept;

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	kept = rt_gc_alloc_noscan(1 << 20);
	rt_gc_alloc_noscan(1 << 20);
	rt_gc();
	for (int i = 0; i < 4; i++)
		rt_gc_alloc_noscan(1 << 20);
	check(kept[1000] == 0);
	rt_printf("ok\n");
	return 0;
}
