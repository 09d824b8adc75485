// tests/hosted/errno.c - errno stays a goroutine's while it waits, although others fail on its thread
// meanwhile, and it continues on another one.
// sanitizer: plain address thread
// matrix: GOMAXPROCS=1,4
// stdout: done
#include "../lib/test.h"

#include <errno.h>

enum { Goroutines = 8, Rounds = 200 };

static rt_waitgroup all;

// Functions of their own: the compiler keeps the address of a thread's errno within one.
static __attribute__((noinline)) void fails(int with)
{
	errno = with;
}

static __attribute__((noinline)) int last_error(void)
{
	return errno;
}

static void work(void *arg)
{
	int own = (int)(intptr_t)arg;

	equal(last_error(), 0);
	for (int i = 0; i < Rounds; i++) {
		fails(own + i);
		if (i % 2)
			rt_sleep(RT_MICROSECOND);
		else
			rt_gosched();
		equal(last_error(), own + i);
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	fails(ENOENT);
	rt_waitgroup_add(&all, Goroutines);
	for (intptr_t i = 1; i <= Goroutines; i++)
		rt_go(work, (void *)(i * Rounds));
	rt_waitgroup_wait(&all);
	equal(last_error(), ENOENT);
	rt_printf("done\n");
	return 0;
}
