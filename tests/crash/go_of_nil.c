// tests/crash/go_of_nil.c - starting a null function is fatal.
// env: HOW=go
// env: HOW=copy
// stderr: fatal error: go of nil func value
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (rt_getenv("HOW")[0] == 'g')
		rt_go(NULL, NULL);
	rt_go_copy(NULL, "x", 1);
	return 0;
}
