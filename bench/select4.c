// bench/select4.c - N receives by a select over 4 unbuffered channels with a producer each.
#include "bench.h"

static int64_t n;

static void produce(void *arg)
{
	for (int64_t i = 0;; i++)
		rt_chan_send(arg, &i);
}

int rt_main(int argc, char **argv)
{
	int64_t start, v, sum = 0;
	rt_chan *c[4];
	rt_case k[4];

	n = count(argc, argv, 5000000);
	for (int i = 0; i < 4; i++) {
		c[i] = rt_chan_make(sizeof v, 0);
		rt_go(produce, c[i]);
		k[i] = RT_RECV(c[i], &v);
	}
	start = rt_nanotime();
	for (int64_t i = 0; i < n; i++) {
		rt_select(k, 4);
		sum += v;
	}
	metric("op", (double)(rt_nanotime() - start) / (double)n, "ns");
	return sum < 0;
}
