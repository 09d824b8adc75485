// tests/crash/test_nested.c - a test has no test within.
// stderr: fatal error: rt_test_seeds called while a test runs
// exit: 2
#include "../lib/test.h"

static void nests(void *arg)
{
	rt_test_seeds(2, nothing, arg);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return rt_test(nests, NULL);
}
