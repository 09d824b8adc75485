// tests/crash/deadlock_sem.c - a semaphore without permits, and a task that waits for its joiner.
// matrix: GOMAXPROCS=1,2,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [semacquire]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

static void *waits(void *arg)
{
	rt_sem_acquire(arg);
	return NULL;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_sem s;

	rt_spawn(waits, &s);
	rt_sem_acquire(&s);
	return 0;
}
