// tests/crash/close_of_nil.c - closing a null channel panics.
// stderr: panic: close of nil channel
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_chan_close(NULL);
	return 0;
}
