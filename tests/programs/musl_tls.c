// tests/programs/musl_tls.c - with musl: thread-local data of any size and alignment is each
// goroutine's own, and a new goroutine finds it as a new thread does. BIG: more than fits at the top
// of a stack.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
#include "../lib/test.h"

#include <string.h>

#ifndef BIG
#define BIG (1 << 20)
#endif

enum { Goroutines = 20 };

static rt_waitgroup all;

__thread char page[4096] __attribute__((aligned(4096))) = "page";
__thread char zeros[BIG];
__thread int last = 3;

static void run(void *arg)
{
	int n = (int)(intptr_t)arg;

	equal((uintptr_t)page % 4096, 0);
	equal(strcmp(page, "page"), 0);
	equal(last, 3);
	for (int i = 0; i < BIG; i += 1000)
		equal(zeros[i], 0);
	for (int i = 0; i < BIG; i += 1000)
		zeros[i] = (char)n;
	memset(page, n, sizeof page);
	last = n;
	for (int round = 0; round < 10; round++) {
		rt_gosched();
		equal(page[4095], (char)n);
		equal(last, n);
		for (int i = 0; i < BIG; i += 1000)
			equal(zeros[i], (char)n);
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int round = 0; round < 5; round++) {
		rt_waitgroup_add(&all, Goroutines);
		for (intptr_t i = 1; i <= Goroutines; i++)
			rt_go(run, (void *)i);
		rt_waitgroup_wait(&all);
	}
	return 0;
}
