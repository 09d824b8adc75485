// tests/crash/musl_foreign_goexit.c - with musl, rt_goexit must not end a thread that the runtime did
// not make: the library has to end it. The report shows the thread as a goroutine.
// cflags: --musl
// env: RT0_PTHREADS=kernel
// stderr: fatal error: rt_goexit called on a thread of the program's own: use pthread_exit
// stderr~: ^goroutine [0-9]+ \[running, locked to thread\]:\n(.*\n)*created by a thread of the program\n
// exit: 2
#include <rt.h>

#include <pthread.h>
#include <stddef.h>

static void *ends(void *unused)
{
	(void)unused;
	rt_goexit();
}

int rt_main(int argc, char **argv)
{
	pthread_t t;

	(void)argc, (void)argv;
	if (pthread_create(&t, NULL, ends, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	return 0;
}
