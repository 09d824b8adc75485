// tests/crash/rwmutex_runlock.c - a reader that leaves without having come is fatal.
// stderr: fatal error: sync: RUnlock of unlocked RWMutex
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_rwmutex m;

	rt_rwmutex_runlock(&m);
	return 0;
}
