// tests/crash/deadlock_send.c - sending what nobody can receive is a deadlock.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [chan send]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_chan_send(rt_chan_make(0, 0), NULL);
	return 0;
}
