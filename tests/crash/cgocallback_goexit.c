// tests/crash/cgocallback_goexit.c - a function that rt_cgocall runs must not end its goroutine,
// even when it is that goroutine: the frames of a library would be left behind.
// matrix: HOW=first,later
// stderr: fatal error: rt_goexit called within rt_cgocall
// exit: 2
#include "../lib/test.h"

static void ends(void *unused)
{
	(void)unused;
	if (same(rt_getenv("HOW"), "later"))
		rt_gosched();
	rt_goexit();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_cgocall(ends, NULL);
	return 0;
}
