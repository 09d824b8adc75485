// tests/crash/goexit_of_main.c - when the main goroutine has ended by rt_goexit and no other is
// left, that is said.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: fatal error: no goroutines (main called runtime.Goexit) - deadlock!
// exit: 2
#include <rt.h>

static void ends(void *arg)
{
	(void)arg;
	rt_gosched();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(ends, NULL);
	rt_goexit();
}
