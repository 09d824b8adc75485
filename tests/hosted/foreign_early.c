// tests/hosted/foreign_early.c - a constructor must not call rt.h: the runtime starts later.
// stderr: fatal error: rt.h called before the runtime has started
// exit: signal 6
#include <rt.h>

__attribute__((constructor)) static void too_early(void)
{
	rt_go(NULL, NULL);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return 0;
}
