// tests/crash/blocked_send_at_close.c - a goroutine that waits in a send panics when the channel is
// closed, and the panic is its own.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: panic: send on closed channel
// stderr:
// stderr~: ^goroutine ([2-9]|[1-9][0-9]+) \[running\]:$
// stderr: wait_in_send(...)
// stderr: created by rt_main in goroutine 1
// exit: 2
#include <rt.h>

static __attribute__((noinline)) void wait_in_send(void *arg)
{
	int v = 1;

	rt_chan_send(arg, &v);
	rt_printf("sent?\n"); // nothing may be left out behind the call
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 0);

	(void)argc, (void)argv;
	rt_go(wait_in_send, c);
	// There is no telling that it waits already. If not, it panics as well.
	for (int i = 0; i < 100; i++)
		rt_gosched();
	rt_chan_close(c);
	rt_chan_recv(NULL, NULL); // the panic ends us
	return 0;
}
