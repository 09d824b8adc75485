// bench/chan_pingpong.c - N round trips over two unbuffered channels.
#include "bench.h"

static rt_chan *ping, *pong;
static int64_t n;

static void echo(void *arg)
{
	int64_t v;

	(void)arg;
	for (int64_t i = 0; i < n; i++) {
		rt_chan_recv(ping, &v);
		rt_chan_send(pong, &v);
	}
}

int rt_main(int argc, char **argv)
{
	int64_t start, v = 0;

	n = count(argc, argv, 3000000);
	ping = rt_chan_make(sizeof v, 0);
	pong = rt_chan_make(sizeof v, 0);
	rt_go(echo, NULL);
	start = rt_nanotime();
	for (int64_t i = 0; i < n; i++) {
		rt_chan_send(ping, &i);
		rt_chan_recv(pong, &v);
	}
	metric("roundtrip", (double)(rt_nanotime() - start) / (double)n, "ns");
	return v != n - 1;
}
