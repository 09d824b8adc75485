// tests/hosted/unsetelement.c - a goroutine sends an element that was never set.
// sanitizer: memory/clang
// stderr~: WARNING: MemorySanitizer: use-of-uninitialized-value
// stderr~: (?s)in rt_chan_send .*in sender .*unsetelement\.c:21
// stderr~: (?s)done by goroutine [0-9]+\ncreated by rt_main\n\t[^\n]*unsetelement\.c:29
// exit: 1
#include <rt.h>

static rt_chan *c;

static void sender(void *arg)
{
	struct {
		int a, b;
	} e;

	e.a = arg != NULL;
#ifdef RIGHT
	e.b = 1;
#endif
	rt_chan_send(c, &e);
}

int rt_main(int argc, char **argv)
{
	int e[2];

	(void)argc, (void)argv, c = rt_chan_make(sizeof e, 0);
	rt_go(sender, NULL);
	rt_chan_recv(c, e);
	rt_printf("%d %d\n", e[0], e[1]);
	return 0;
}
