// tests/programs/ring.c - a token goes round a ring of goroutines over unbuffered
// channels; the one that gets it last is the one that counting says.
//
//	ring [HOPS]	(default 100,000)
//
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

enum { Members = 503 };

static rt_chan *channel[Members], *result;

static void member(void *arg)
{
	int64_t me = (intptr_t)arg, hops;

	for (;;) {
		check(rt_chan_recv(channel[me], &hops));
		if (hops == 0)
			rt_chan_send(result, &me);
		hops--;
		rt_chan_send(channel[(me + 1) % Members], &hops);
	}
}

int rt_main(int argc, char **argv)
{
	int64_t hops = argument(argc, argv, 100000), last;

	result = rt_chan_make(sizeof last, 0);
	for (int i = 0; i < Members; i++)
		channel[i] = rt_chan_make(sizeof hops, 0);
	for (intptr_t i = 0; i < Members; i++)
		rt_go(member, (void *)i);
	rt_chan_send(channel[0], &hops);
	check(rt_chan_recv(result, &last));
	equal(last, hops % Members);
	return 0;
}
