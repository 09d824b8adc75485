// tests/crash/goexit_in_panic.c - a deferred call of a panic may end the goroutine by rt_goexit; a
// panic after that tells of the first as well.
// stderr~: \Apanic: lost\n\tpanic: third\n\ngoroutine [0-9]+ \[running\]:\npanics\(
// exit: 2
#include "../lib/test.h"

static void goexits(void *arg)
{
	(void)arg;
	rt_goexit();
}

static void first(void *arg)
{
	(void)arg;
	rt_defer(panics, "third");
	rt_defer(goexits, NULL);
	rt_panic("lost");
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(first, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
