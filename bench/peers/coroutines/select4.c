// bench/peers/coroutines/select4.c - bench/select4.c.
#include "coroutines.h"

COROUTINE(produce, Channel, c)
{
	for (int64_t i = 0;; i++)
		chan_send(*c, i);
}

int bench_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 5000000), begun, sum = 0;
	Channel c[4];

	for (int i = 0; i < 4; i++) {
		c[i] = chan_make();
		start(produce, &c[i]);
	}
	begun = nanotime();
	for (int64_t i = 0; i < n; i++)
		sum += chan_recv4(c);
	metric("op", (double)(nanotime() - begun) / (double)n, "ns");
	_Exit(sum < 0); // the producers have no end
}
