// tests/crash/freed_chan_waits.c - freeing a channel on which a goroutine waits is fatal, in
// every build.
// env: HOW=recv
// env: HOW=send
// env: HOW=select
// stderr: fatal error: rt_chan_free: goroutines wait on the channel
// stderr: goroutine 1 [running]:
// exit: 2
#include "../lib/waiting.h"

static rt_chan *c;
static int64_t v;

static void waits(void *arg)
{
	rt_case k = RT_RECV(c, &v);

	switch (*(const char *)arg) {
	case 'r':
		rt_chan_recv(c, &v);
		break;
	default:
		if (same(arg, "send"))
			rt_chan_send(c, &v);
		else
			rt_select(&k, 1);
	}
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	c = rt_chan_make(8, 0);
	rt_go(waits, (void *)rt_getenv("HOW"));
	while (count_in("chan ") + count_in("select") == 0)
		rt_gosched();
	rt_chan_free(c);
	return 0;
}
