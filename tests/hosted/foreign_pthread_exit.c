// tests/hosted/foreign_pthread_exit.c - pthread_exit must not end a thread of the runtime, whose
// goroutine would be lost with its processor: the process ends with a message.
// sanitizer: plain address
// matrix: WHERE=main,goroutine,cgocall
// stderr: fatal error: pthread_exit called on a thread of the runtime: use rt_goexit, outside of rt_cgocall
// exit: 2
#include "../lib/test.h"

#include <pthread.h>

static void ends(void *unused)
{
	(void)unused;
	pthread_exit(NULL);
}

int rt_main(int argc, char **argv)
{
	const char *where = rt_getenv("WHERE");

	(void)argc, (void)argv;
	if (same(where, "main"))
		ends(NULL);
	if (same(where, "cgocall"))
		rt_cgocall(ends, NULL);
	rt_go(ends, NULL);
	rt_chan_recv(NULL, NULL);
	return 1;
}
