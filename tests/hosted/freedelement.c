// tests/hosted/freedelement.c - an element that its sender frees and its receiver reads.
// sanitizer: address
// stderr~: ERROR: AddressSanitizer: heap-use-after-free
// stderr~: (?s)READ of size 4 .*#0 .* in rt_main .*freedelement\.c:35
// stderr~: (?s)freed by.* in sender .*freedelement\.c:23.*previously allocated by
// stderr~: (?s)previously allocated by.* in sender .*freedelement\.c:18
// stderr~: (?s)done by goroutine 1\nfreed by goroutine [0-9]+\ncreated by rt_main\n\t[^\n]*freedelement\.c:33
// stderr~: (?s)allocated by goroutine [0-9]+\ncreated by rt_main\n\t[^\n]*freedelement\.c:33
// exit: 1
#include <rt.h>

static rt_chan *c, *done;

static void sender(void *arg)
{
	int *p;

	p = rt_malloc(sizeof *p);
	(void)arg;
	*p = 7;
	rt_chan_send(c, &p);
#ifndef RIGHT
	rt_free(p);
#endif
	rt_chan_send(done, NULL);
}

int rt_main(int argc, char **argv)
{
	int *p;

	(void)argc, (void)argv, c = rt_chan_make(sizeof p, 0), done = rt_chan_make(0, 0);
	rt_go(sender, NULL);
	rt_chan_recv(c, &p), rt_chan_recv(done, NULL);
	rt_printf("%d\n", *p);
	rt_free(p);
	return 0;
}
