// tests/crash/deadlock_rwmutex_rlock.c - reading under the own write lock is a deadlock.
// matrix: GOMAXPROCS=1,2,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [sync.RWMutex.RLock]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_rwmutex m;

	rt_rwmutex_lock(&m);
	rt_rwmutex_rlock(&m);
	return 0;
}
