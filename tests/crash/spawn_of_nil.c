// tests/crash/spawn_of_nil.c - spawning nothing is fatal.
// stderr: fatal error: go of nil func value
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_spawn(NULL, NULL);
	return 0;
}
