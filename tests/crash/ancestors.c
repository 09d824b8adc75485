// tests/crash/ancestors.c - GODEBUG=tracebackancestors shows the creators of a goroutine's
// ancestors; the main goroutine has none.
// env: GODEBUG=tracebackancestors=5
// stderr~: ^created by parent in goroutine [0-9]+\n\t.*\n\[originating from goroutine [0-9]+\]:\ncreated by rt_main\n\t.*\n\[originating from goroutine 1\]:\n\Z
// exit: 2
#include <rt.h>

static void child(void *arg)
{
	(void)arg;
	rt_panic("here");
}

static void parent(void *c)
{
	rt_go(child, NULL);
	rt_chan_recv(c, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	rt_go(parent, c);
	rt_chan_recv(c, NULL);
	return 0;
}
