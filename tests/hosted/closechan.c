// tests/hosted/closechan.c - a channel that is closed while another goroutine may still send to it. The
// send happens to come first here: otherwise it would panic.
// sanitizer: thread
// stderr~: (?s)WARNING: ThreadSanitizer: data race.*? Write of size 1 .*?rt_chan_close.*? rt_main .*?closechan\.c:32
// stderr~: (?s)Previous read of size 1 .*?rt_chan_send.*? sender .*?closechan\.c:16
// stderr~: (?s)'goroutine [0-9]+, by goroutine 1' .*?created by .*? rt_main .*?closechan\.c:24
// stderr~: 'goroutine 1' .*created by main thread
// exit: 66
#include <rt.h>

static void sender(void *c)
{
	int v = 7;

	for (int i = 0; i < 3; i++)
		rt_chan_send(c, &v);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 3);

	(void)argc, (void)argv;
	rt_go(sender, c);
#ifdef RIGHT
	for (int i = 0; i < 3; i++)
		rt_chan_recv(c, NULL);
#else
	while (rt_chan_len(c) < 3)
		rt_gosched();
#endif
	rt_chan_close(c);
	return 0;
}
