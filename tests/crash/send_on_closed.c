// tests/crash/send_on_closed.c - sending on a closed channel panics, with room in it or not,
// with waiting or without.
// env: HOW=send CAP=0
// env: HOW=send CAP=5
// env: HOW=try CAP=0
// env: HOW=try CAP=5
// stderr: panic: send on closed channel
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), (size_t)(rt_getenv("CAP")[0] - '0'));
	int v = 1;

	(void)argc, (void)argv;
	rt_chan_close(c);
	if (rt_getenv("HOW")[0] == 't')
		rt_chan_try_send(c, &v);
	else
		rt_chan_send(c, &v);
	return 0;
}
