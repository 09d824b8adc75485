// tests/hosted/foreign_panic.c - a panic on a thread that is not the runtime's: the report has its
// frames, and what it is.
// sanitizer: plain thread address
// cflags: -O0
// stderr~: panic: thread\n\ngoroutine [0-9]+ \[running, locked to thread\]:\n(.*\n)*ends\(\.\.\.\)\n.*\n(.*\n)*created by a thread of the program\n
// exit: 2
#include <pthread.h>
#include <rt.h>

static void *ends(void *unused)
{
	rt_panic("thread");
	return unused;
}

int rt_main(int argc, char **argv)
{
	pthread_t t;

	(void)argc, (void)argv;
	pthread_create(&t, NULL, ends, NULL);
	rt_chan_recv(NULL, NULL);
	return 1;
}
