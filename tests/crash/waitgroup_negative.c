// tests/crash/waitgroup_negative.c - a WaitGroup below zero panics.
// env: HOW=done
// env: HOW=add
// stderr: panic: sync: negative WaitGroup counter
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	rt_waitgroup wg = { 0 };

	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 3);
	rt_waitgroup_add(&wg, -3);
	if (rt_getenv("HOW")[0] == 'd')
		rt_waitgroup_done(&wg);
	rt_waitgroup_add(&wg, 5);
	rt_waitgroup_add(&wg, -6);
	return 0;
}
