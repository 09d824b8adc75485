// tests/programs/gc_aside.c - what only a timer leads to that waits aside while a test runs is
// neither collected nor lost; nor is what the program's own mapping leads to while a function of
// rt_cgocall is a goroutine.
// hosted: not any: nothing is collected there
// env: GODEBUG=clobberfree=1
#include <sys/mman.h>
#include <sys/syscall.h>

#include "../lib/leaking.h"

enum { N = 100, Words = 8, Value = 42, MapSize = 1 << 20 };

static rt_waitgroup fired;
static void **map;
static uint64_t lost;

static void fires(void *arg)
{
	const uint64_t *words = arg;

	for (int i = 0; i < Words; i++)
		equal(words[i], Value);
	rt_waitgroup_done(&fired);
}

static APART void start_timers(void)
{
	for (int i = 0; i < N; i++) {
		uint64_t *words = i % 2 == 0 ? rt_gc_alloc(Words * sizeof *words)
		                             : rt_malloc(Words * sizeof *words);

		for (int k = 0; k < Words; k++)
			words[k] = Value;
		rt_timer_func(RT_SECOND / 2, 0, fires, words);
	}
}

static void collects(void *unused)
{
	rt_leak_counts n;

	(void)unused;
	rt_gc();
	rt_gc();
	rt_leaks(-1, &n);
	equal(n.objects, lost);
}

static APART void fill(void)
{
	for (int i = 0; i < N; i++)
		map[i] = rt_malloc(64);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	rt_waitgroup_add(&fired, N);
	start_timers();
	wipe_stack();
	equal(rt_test(collects, NULL), 0);
	rt_waitgroup_wait(&fired);
	lost = N + N / 2; // the timers that have fired, and half of what they led to

	rt_cgocall(nothing, NULL); // the stack of such functions is there before the mapping
	map = (void **)rt_syscall(SYS_mmap, 0, MapSize, PROT_READ | PROT_WRITE,
	                          MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0);
	fill();
	wipe_stack();
	map = (void **)~(uintptr_t)map; // the mapping's address is not needed: all of it is read
	rt_cgocall(collects, NULL);
	return 0;
}
