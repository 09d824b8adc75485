// tests/programs/goexit.c - rt_goexit ends its goroutine alone, from any depth; when the
// main goroutine does so the others continue.
// matrix: GOMAXPROCS=1,2,4,64
// exit: 5
#include "../lib/test.h"

enum { Goroutines = 1000 };

static rt_waitgroup all;

static __attribute__((noinline)) void end_at(int depth)
{
	volatile char frame[100];

	frame[0] = 1;
	if (depth > 0)
		end_at(depth - 1);
	else if (frame[0] == 1) // always: the compiler must not know
		rt_goexit();
	check(!"back again");
}

static void end(void *arg)
{
	rt_waitgroup_done(&all);
	end_at((int)(intptr_t)arg % 100);
	check(!"never here");
}

static void go_on(void *arg)
{
	(void)arg;
	// The main goroutine ends before this one: it then does not count any more.
	while (rt_num_goroutine() != 1)
		rt_gosched();
	rt_exit(5);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&all, Goroutines);
	for (intptr_t i = 0; i < Goroutines; i++)
		rt_go(end, (void *)i);
	rt_waitgroup_wait(&all);
	rt_go(go_on, NULL);
	end_at(10);
	return 1;
}
