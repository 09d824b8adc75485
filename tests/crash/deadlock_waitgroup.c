// tests/crash/deadlock_waitgroup.c - waiting for a count that nobody can take down is a deadlock.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [sync.WaitGroup.Wait]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	rt_waitgroup wg = { 0 };

	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 1);
	rt_waitgroup_wait(&wg);
	return 0;
}
