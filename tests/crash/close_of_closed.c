// tests/crash/close_of_closed.c - closing a closed channel panics.
// matrix: GOMAXPROCS=1,4
// stderr: panic: close of closed channel
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(8, 1);

	(void)argc, (void)argv;
	rt_chan_close(c);
	rt_chan_close(c);
	return 0;
}
