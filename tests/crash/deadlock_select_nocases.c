// tests/crash/deadlock_select_nocases.c - a select without cases blocks forever.
// matrix: GOMAXPROCS=1,2,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [select (no cases)]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_select(NULL, 0);
	return 0;
}
