// bench/peers/coroutines/chan_buffered_neco.c - bench/chan_buffered.c, by neco alone: libdill's
// channels have no buffer.
#include "coroutines.h"

static Channel c;
static int64_t n;

COROUTINE(produce, void, arg)
{
	(void)arg;
	for (int64_t i = 0; i < n; i++)
		chan_send(c, i);
	chan_close(c);
}

int bench_main(int argc, char **argv)
{
	int64_t begun, v, sum = 0;

	n = count(argc, argv, 20000000);
	neco_chan_make(&c, sizeof v, 128);
	start(produce, NULL);
	begun = nanotime();
	while (chan_recv(c, &v) == 0)
		sum += v;
	metric("item", (double)(nanotime() - begun) / (double)n, "ns");
	return sum != n * (n - 1) / 2;
}
