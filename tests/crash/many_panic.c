// tests/crash/many_panic.c - when several goroutines panic at once the reports do not
// mix, and the status is 2.
// matrix: GOMAXPROCS=1,4,64
// repeat: 5
// stderr~: \A(panic: all of us\n\ngoroutine [0-9]+ \[running\]:\n(rt_panic\(\.\.\.\)\n\t.*\n)?panics\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n\t.*\n)+\Z
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < 20; i++)
		rt_go(panics, "all of us");
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
