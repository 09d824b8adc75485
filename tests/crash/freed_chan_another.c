// tests/crash/freed_chan_another.c - in a debug build the next channel is not made where one was
// freed, so that a use of the freed one is found still.
// stderr~: ^fatal error: use of a freed channel: 0x[0-9a-f]+$
// exit: 2
// variants: debug
#include <rt.h>

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(8, 1);
	int64_t v = 1;

	(void)argc, (void)argv;
	rt_chan_free(c);
	rt_chan_make(8, 1);
	rt_chan_send(c, &v);
	return 0;
}
