// tests/programs/musl_exit_handler.c - with musl: a signal handler that calls exit, while another
// thread is in exit and waits for what the handler has interrupted, ends the process at once.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// repeat: 10
// exit: 7
#include "../lib/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

static sem_t begun;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void leaves(int sig)
{
	(void)sig;
	exit(7);
}

static void *raises(void *unused)
{
	pthread_mutex_lock(&held);
	sem_post(&begun);
	raise(SIGUSR1);
	pthread_mutex_unlock(&held);
	return unused;
}

static void waits(void)
{
	pthread_t t;

	equal(pthread_create(&t, NULL, raises, NULL), 0);
	sem_wait(&begun);
	pthread_mutex_lock(&held);
}

int main(void)
{
	signal(SIGUSR1, leaves);
	atexit(waits);
	exit(3);
}
