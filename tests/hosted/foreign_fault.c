// tests/hosted/foreign_fault.c - a fault on a thread that has not called rt.h kills the process, as
// without the runtime; a signal for the process that such a thread gets goes to another thread.
// env: FAULT=yes
// exit: signal 11
#include "../lib/test.h"

#include <pthread.h>
#include <signal.h>

static rt_chan *c;

static void *faults(void *unused)
{
	*(volatile int *)unused = 1;
	return NULL;
}

static void *raises(void *unused)
{
	equal(pthread_kill(pthread_self(), SIGUSR1), 0);
	return unused;
}

static void waits(void *t)
{
	equal(pthread_join(*(pthread_t *)t, NULL), 0);
}

int rt_main(int argc, char **argv)
{
	pthread_t t;
	int sig;

	(void)argc, (void)argv;
	c = rt_chan_make(sizeof sig, 1);
	equal(rt_signal_notify(SIGUSR1, c), 0);
	equal(pthread_create(&t, NULL, raises, NULL), 0);
	rt_chan_recv(c, &sig);
	equal(sig, SIGUSR1);
	rt_cgocall(waits, &t);
	equal(pthread_create(&t, NULL, faults, NULL), 0);
	rt_cgocall(waits, &t);
	return 1;
}
