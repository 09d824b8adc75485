// tests/replay/selclose.c - a producer that learns by a select that it shall stop, and an owner
// that closes the channel of the data at once, without waiting for the producer.
#include <rt.h>

static rt_chan *data, *stop;
static rt_waitgroup wg;

static void producer(void *unused)
{
	(void)unused;
	for (int i = 0;; i++) {
		rt_case cases[] = { RT_SEND(data, &i), RT_RECV(stop, NULL) };

		if (rt_select(cases, 2) == 1)
			break;
	}
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	int v;

	(void)argc, (void)argv;
	data = rt_chan_make(sizeof(int), 1);
	stop = rt_chan_make(0, 0);
	rt_waitgroup_add(&wg, 1);
	rt_go(producer, NULL);
	for (int i = 0; i < 5; i++)
		rt_chan_recv(data, &v);
	rt_chan_close(stop);
	rt_chan_close(data);
	rt_waitgroup_wait(&wg);
	return 0;
}
