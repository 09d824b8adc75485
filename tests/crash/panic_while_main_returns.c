// tests/crash/panic_while_main_returns.c - a goroutine that panics when the main goroutine
// returns makes its deferred calls and prints its report first: main yields to it up to a
// thousand times. With more Ps that need not be long enough.
// env: GOMAXPROCS=1
// repeat: 5
// stderr~: \Apanic: at the end\n\ngoroutine [0-9]+ \[running\]:\n(.*\n)+created by rt_main in goroutine 1\n
// exit: 2
#include <rt.h>

static rt_chan *begun;

static void takes_its_time(void *arg)
{
	(void)arg;
	rt_chan_send(begun, NULL);
	for (int i = 0; i < 100; i++)
		rt_gosched();
}

static void panics(void *arg)
{
	(void)arg;
	rt_defer(takes_its_time, NULL);
	rt_panic("at the end");
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	begun = rt_chan_make(0, 0);
	rt_go(panics, NULL);
	rt_chan_recv(begun, NULL);
	return 0;
}
