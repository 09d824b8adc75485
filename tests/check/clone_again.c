// tests/check/clone_again.c - a program that needs four threads beside the first: each of its
// goroutines keeps one, until all have one.
#include "../lib/test.h"

enum { Threads = 4 };

static rt_waitgroup all;
static volatile int arrived;

static void keep(void *arg)
{
	(void)arg;
	rt_lock_os_thread();
	__atomic_add_fetch(&arrived, 1, __ATOMIC_RELAXED);
	while (arrived < Threads)
		rt_syscall(SYS_sched_yield);
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&all, Threads);
	for (int i = 0; i < Threads; i++)
		rt_go(keep, NULL);
	rt_waitgroup_wait(&all);
	rt_printf("done\n");
	return 0;
}
