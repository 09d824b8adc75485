// tests/arch/amd64/programs/large_model.c - a function of -mcmodel=large yields in its prologue and
// continues there, with its arguments.
// cflags: -mcmodel=large
// env: GOMAXPROCS=1
// env: GODEBUG=asyncpreemptoff=1
// compilers: gcc
// hosted: not any: the code has no stack checks there
#include "../../../lib/test.h"

enum { Goroutines = 3 };

static int64_t until;
static void *volatile running; // the argument of the one that ran last
static int64_t turns;

static __attribute__((noinline)) int64_t six(int64_t a, int64_t b, int64_t c, int64_t d,
                                             int64_t e, int64_t f)
{
	volatile char room[200];

	room[0] = 1;
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + room[0];
}

static void *caller(void *arg)
{
	for (int64_t i = 0; rt_nanotime() < until; i++) {
		equal(six(i, 1, 2, 3, 4, 5), i + 2 + 6 + 12 + 20 + 30 + 1);
		if (running != arg)
			__atomic_add_fetch(&turns, 1, __ATOMIC_SEQ_CST);
		running = arg;
	}
	return NULL;
}

int rt_main(int argc, char **argv)
{
	rt_task *tasks[Goroutines];

	(void)argc, (void)argv;
	until = rt_nanotime() + 300 * RT_MILLISECOND;
	for (int i = 0; i < Goroutines; i++)
		tasks[i] = rt_spawn(caller, &tasks[i]);
	for (int i = 0; i < Goroutines; i++)
		rt_join(tasks[i]);
	check(turns > Goroutines); // they have been preempted
	return 0;
}
