// tests/hosted/freedchan.c - a send on a channel that another goroutine has freed: the report has the
// places of all three calls and their goroutines.
// sanitizer: address
// stderr~: ERROR: AddressSanitizer: heap-use-after-free
// stderr~: (?s)in rt_chan_send .*in late .*freedchan\.c:33.*freed by
// stderr~: (?s)freed by.*in rt_chan_free .*in ends .*freedchan\.c:24.*previously allocated by
// stderr~: (?s)previously allocated by.*in rt_chan_make .*in rt_main .*freedchan\.c:43
// stderr~: (?s)done by goroutine [0-9]+\ncreated by rt_main\n\t[^\n]*freedchan\.c:47
// stderr~: (?s)freed by goroutine [0-9]+\ncreated by rt_main\n\t[^\n]*freedchan\.c:45
// stderr~: ^allocated by goroutine 1$
// exit: 1
#include <rt.h>

static rt_chan *c, *freed;

static void ends(void *arg)
{
	int v = 0;

	(void)arg;
	rt_chan_recv(c, &v);
#ifndef RIGHT
	// The other one does not know.
	rt_chan_free(c);
#endif
	rt_chan_send(freed, NULL);
}

static void late(void *arg)
{
	int v = 2;

	rt_chan_send(c, &v);
	rt_chan_send(arg, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);
	int v = 1;

	(void)argc, (void)argv;
	c = rt_chan_make(sizeof(int), 1);
	freed = rt_chan_make(0, 0);
	rt_go(ends, NULL);
	rt_chan_send(c, &v);
	rt_chan_recv(freed, NULL), rt_go(late, done);
	rt_chan_recv(done, NULL);
	rt_chan_free(c), rt_chan_free(freed), rt_chan_free(done);
	rt_printf("fine\n");
	return 0;
}
