// tests/crash/deadlock_select.c - a select that nobody can serve is a deadlock.
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
	rt_case k[] = { RT_RECV(rt_chan_make(0, 0), NULL), RT_SEND(rt_chan_make(0, 0), NULL) };

	rt_select(k, 2);
	return 0;
}
