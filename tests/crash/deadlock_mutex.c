// tests/crash/deadlock_mutex.c - locking twice is a deadlock.
// matrix: GOMAXPROCS=1,2,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [sync.Mutex.Lock]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_mutex m;

	rt_mutex_lock(&m);
	rt_mutex_lock(&m);
	return 0;
}
