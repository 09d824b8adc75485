// tests/programs/musl_exit_twice.c - with musl: while one thread is in exit, and waits in a handler
// of atexit's, others call exit too: they wait, and keep no processor meanwhile.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64 RT0_PTHREADS=goroutines,kernel
// exit: 7
// stdout: second handler
// stdout: first handler
#include "../lib/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { Others = 3 };

static sem_t begun, called;

static void first(void)
{
	puts("first handler");
}

static void second(void)
{
	puts("second handler");
	for (int i = 0; i < Others; i++)
		sem_post(&begun);
	for (int i = 0; i < Others; i++)
		sem_wait(&called);
	for (int i = 0; i < 20; i++)
		usleep(1000); // they are in exit now, or will be
}

static void *leaves(void *status)
{
	sem_wait(&begun);
	sem_post(&called);
	exit((int)(intptr_t)status);
}

int main(void)
{
	pthread_t t;

	atexit(first);
	atexit(second);
	for (intptr_t i = 0; i < Others; i++)
		equal(pthread_create(&t, NULL, leaves, (void *)(i + 40)), 0);
	exit(7);
}
