// tests/programs/stackprotector.c - functions with a stack protector work, although their
// goroutine returns from them on another thread than it came on.
// cflags: -fstack-protector-all
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

enum { Goroutines = 20, Depth = 30, Rounds = 30 };

static rt_waitgroup all;

// The array makes the canary's position one that an overflow would meet.
static __attribute__((noinline)) int descend(int depth)
{
	volatile char text[24];
	int sum;

	for (int i = 0; i < 24; i++)
		text[i] = (char)depth;
	rt_gosched();
	if (depth % 10 == 3)
		rt_syscall(SYS_sched_yield);
	sum = depth == 0 ? 0 : descend(depth - 1) + 1;
	equal(text[23], depth);
	return sum;
}

static void run(void *arg)
{
	(void)arg;
	for (int i = 0; i < Rounds; i++)
		equal(descend(Depth), Depth);
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&all, Goroutines);
	for (int i = 0; i < Goroutines; i++)
		rt_go(run, NULL);
	rt_waitgroup_wait(&all);
	return 0;
}
