// tests/hosted/foreign_goexit.c - rt_goexit is for goroutines that have a function of their own.
// sanitizer: plain thread address
// stderr: fatal error: rt_goexit called on a thread of the program's own: use pthread_exit
// exit: 2
#include <pthread.h>
#include <rt.h>

static void *ends(void *unused)
{
	(void)unused;
	rt_goexit();
}

int rt_main(int argc, char **argv)
{
	pthread_t t;

	(void)argc, (void)argv;
	pthread_create(&t, NULL, ends, NULL);
	rt_chan_recv(NULL, NULL);
	return 1;
}
