// tests/crash/test_wait.c - rt_test_wait is for goroutines of a test.
// stderr: fatal error: rt_test_wait called by a goroutine that is not a test's
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	rt_test(nothing, NULL);
	rt_test_wait();
	return 0;
}
