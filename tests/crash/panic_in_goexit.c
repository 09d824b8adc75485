// tests/crash/panic_in_goexit.c - a panic in a deferred call of rt_goexit is an ordinary one;
// so is the next one when that was recovered from.
// env: HOW=goexit
// env: HOW=recovered
// stderr~: \Apanic: boom\n\ngoroutine [0-9]+ \[running\]:\npanics\(
// stderr: rt_goexit(...)
// stderr: created by rt_main in goroutine 1
// exit: 2
#include "../lib/test.h"

static void goexits(void *arg)
{
	rt_defer(panics, arg);
	rt_goexit();
}

static void recovers(void *arg)
{
	char text[64];

	rt_defer(panics, "boom");
	rt_recover(goexits, arg, text, sizeof text);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (rt_getenv("HOW")[0] == 'g')
		rt_go(goexits, "boom");
	else
		rt_go(recovers, "caught");
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
