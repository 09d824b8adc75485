// tests/replay/sleeps.c - an hour of sleep takes no time, and what is due first comes first.
#include <rt.h>

static rt_chan *reply;

static void server(void *unused)
{
	int v = 7;

	(void)unused;
	for (int i = 0; i < 20; i++)
		rt_sleep(49 * RT_MILLISECOND);
	rt_chan_send(reply, &v);
}

int rt_main(int argc, char **argv)
{
	int64_t start = rt_nanotime();
	int v, got;

	(void)argc, (void)argv;
	reply = rt_chan_make(sizeof(int), 0);
	rt_go(server, NULL);
	got = rt_chan_recv_until(reply, &v, start + RT_SECOND);
	rt_printf("%d after %ld ms\n", got, (long)((rt_nanotime() - start) / RT_MILLISECOND));
	rt_sleep(3600 * RT_SECOND);
	rt_printf("%ld s\n", (long)((rt_nanotime() - start) / RT_SECOND));
	return 0;
}
