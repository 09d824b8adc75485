// bench/peers/coroutines/chan_pingpong.c - bench/chan_pingpong.c.
#include "coroutines.h"

static Channel ping, pong;
static int64_t n;

COROUTINE(echo, void, arg)
{
	int64_t v;

	(void)arg;
	for (int64_t i = 0; i < n; i++) {
		chan_recv(ping, &v);
		chan_send(pong, v);
	}
}

int bench_main(int argc, char **argv)
{
	int64_t begun, v = 0;

	n = count(argc, argv, 3000000);
	ping = chan_make();
	pong = chan_make();
	start(echo, NULL);
	begun = nanotime();
	for (int64_t i = 0; i < n; i++) {
		chan_send(ping, i);
		chan_recv(pong, &v);
	}
	metric("roundtrip", (double)(nanotime() - begun) / (double)n, "ns");
	return v != n - 1;
}
