// tests/hosted/foreign_late.c - a thread that is not the runtime's may call rt.h in its destructors of
// thread-specific data, but not in the last round of them: nobody would take its goroutine away.
// stdout: 3
// stderr: fatal error: rt.h called in the last destructors of a thread
// exit: signal 6
#include "../lib/test.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>

static pthread_key_t key;

static void again(void *calls)
{
	static int rounds;

	if (++rounds == PTHREAD_DESTRUCTOR_ITERATIONS) {
		printf("%d\n", *(int *)calls);
		fflush(stdout);
	}
	rt_gosched();
	++*(int *)calls;
	equal(pthread_setspecific(key, calls), 0);
}

static void *ends(void *calls)
{
	equal(pthread_setspecific(key, calls), 0);
	return NULL;
}

static void waits(void *t)
{
	equal(pthread_join(*(pthread_t *)t, NULL), 0);
}

int rt_main(int argc, char **argv)
{
	int calls = 0;
	pthread_t t;

	(void)argc, (void)argv;
	equal(pthread_key_create(&key, again), 0);
	equal(pthread_create(&t, NULL, ends, &calls), 0);
	rt_cgocall(waits, &t);
	return 1;
}
