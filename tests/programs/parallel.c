// tests/programs/parallel.c - goroutines on different processors run concurrently:
// they wait for each other without ever giving their processor away.
// env: GOMAXPROCS=2
// env: GOMAXPROCS=4
// env: GOMAXPROCS=64
// repeat: 5
#include "../lib/test.h"

enum { Turns = 100, Patience = 30 }; // seconds

static _Atomic(int) turn, finished;

// Two take turns; on a machine with one CPU the kernel switches between their threads.
static void take_turns(void *arg)
{
	int me = (int)(intptr_t)arg;
	int64_t end = rt_nanotime() + Patience * RT_SECOND;

	for (int i = me; i < Turns; i += 2) {
		while (turn != i)
			check(rt_nanotime() < end);
		turn++;
	}
	finished++;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(take_turns, (void *)1);
	take_turns((void *)0);
	while (finished != 2)
		rt_gosched();
	equal(turn, Turns);
	return 0;
}
