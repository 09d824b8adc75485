// tests/crash/deadlock_rwmutex_lock.c - writing under the own read lock is a deadlock.
// matrix: GOMAXPROCS=1,2,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [sync.RWMutex.Lock]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_rwmutex m;

	rt_rwmutex_rlock(&m);
	rt_rwmutex_lock(&m);
	return 0;
}
