// bench/chan_buffered.c - N items through a channel of 128, one sender, one receiver.
#include "bench.h"

static rt_chan *c;
static int64_t n;

static void produce(void *arg)
{
	(void)arg;
	for (int64_t i = 0; i < n; i++)
		rt_chan_send(c, &i);
	rt_chan_close(c);
}

int rt_main(int argc, char **argv)
{
	int64_t start, v, sum = 0;

	n = count(argc, argv, 20000000);
	c = rt_chan_make(sizeof v, 128);
	rt_go(produce, NULL);
	start = rt_nanotime();
	while (rt_chan_recv(c, &v))
		sum += v;
	metric("item", (double)(rt_nanotime() - start) / (double)n, "ns");
	return sum != n * (n - 1) / 2;
}
