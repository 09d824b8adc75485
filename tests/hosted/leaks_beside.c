// tests/hosted/leaks_beside.c - leaks are looked for while 200 goroutines still play ping-pong by
// rt_select: what they have is not lost, and the search touches nothing that they use. Destructors
// come before it, with goroutines beside them.
// sanitizer: address
// stdout: done
// matrix: GOMAXPROCS=2,4
// repeat: 5
#include <rt.h>

enum { Pairs = 100, Enough = 2000 };

static _Atomic(int) rounds;
static rt_chan *channels[Pairs];

// One of two finds the other in the channel's queues, which then leaves them.
static void plays(void *c)
{
	rt_case cases[2] = {
		{ .chan = c, .kind = RT_CASE_RECV },
		{ .chan = c, .kind = RT_CASE_SEND },
	};
	char *p = rt_malloc(40);

	p[0] = 0;
	for (;;) {
		rt_select(cases, 2);
		rounds++;
		p[0]++;
	}
}

static void play_on(void)
{
	int wanted = rounds + Enough;

	while (rounds < wanted)
		rt_gosched();
}

static __attribute__((destructor)) void destroys(void)
{
	play_on();
	rt_printf("done\n");
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < Pairs; i++) {
		channels[i] = rt_chan_make(0, 0);
		rt_go(plays, channels[i]);
		rt_go(plays, channels[i]);
	}
	play_on();
	return 0;
}
