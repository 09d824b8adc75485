// tests/hosted/foreign_deadlock.c - while a thread that is not the runtime's lives, it may wake
// others; when it has ended, a deadlock is reported.
// sanitizer: plain thread address
// matrix: GOMAXPROCS=1,4 WHEN=before,after,never
// stdout: awake
// stderr: fatal error: all goroutines are asleep - deadlock!
// exit: 2
#include "../lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static rt_chan *c;

// Calls rt.h when all goroutines are likely to be parked.
static void *wakes(void *unused)
{
	usleep(50 * 1000);
	rt_chan_send(c, NULL);
	usleep(50 * 1000);
	return unused;
}

static void *does_nothing(void *unused)
{
	return unused;
}

static void join(void *t)
{
	equal(pthread_join(*(pthread_t *)t, NULL), 0);
}

int rt_main(int argc, char **argv)
{
	const char *when = rt_getenv("WHEN");
	pthread_t t;

	(void)argc, (void)argv;
	c = rt_chan_make(0, 0);
	equal(pthread_create(&t, NULL, wakes, NULL), 0);
	rt_chan_recv(c, NULL);
	printf("awake\n");
	fflush(stdout);
	if (same(when, "before"))
		rt_cgocall(join, &t);
	if (same(when, "never")) {
		rt_cgocall(join, &t);
		equal(pthread_create(&t, NULL, does_nothing, NULL), 0);
		rt_cgocall(join, &t);
	}
	rt_chan_recv(c, NULL);
	return 1;
}
