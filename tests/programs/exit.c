// tests/programs/exit.c - rt_exit ends the process from any goroutine, once: others that
// call it meanwhile change nothing.
// matrix: GOMAXPROCS=1,4
// exit: 9
// stdout: the destructor
#include "../lib/test.h"

static __attribute__((destructor)) void destroy(void)
{
	rt_printf("the destructor\n");
}

static void end(void *arg)
{
	(void)arg;
	rt_exit(9);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < 8; i++)
		rt_go(end, NULL);
	rt_chan_recv(NULL, NULL);
	return 1;
}
