// tests/crash/deadlock_recv.c - waiting for a message that nobody can send is a deadlock.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [chan receive]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_chan_recv(rt_chan_make(8, 1), NULL);
	return 0;
}
