// tests/crash/deadlock_select_nil.c - a select of null channels blocks forever.
// matrix: GOMAXPROCS=1,2,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [select]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_case k[] = { RT_RECV(NULL, NULL), RT_SEND(NULL, NULL) };

	rt_select(k, 2);
	return 0;
}
