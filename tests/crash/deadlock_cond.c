// tests/crash/deadlock_cond.c - waiting for a signal that nobody gives is a deadlock.
// matrix: GOMAXPROCS=1,2,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [sync.Cond.Wait]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_mutex m;
	static rt_cond c = { .l = &m };

	rt_mutex_lock(&m);
	rt_cond_wait(&c);
	return 0;
}
