// tests/crash/deadlock_recv_nil.c - a receive from a null channel alone is a deadlock.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [chan receive (nil chan)]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_chan_recv(NULL, NULL);
	return 0;
}
