// tests/programs/musl_mask_foreign.c - with musl, the single goroutine changes the process's signal
// mask while threads that the runtime did not make become goroutines and end: the change does not
// wait for one of them.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 60
#include "../lib/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { Makers = 4, Rounds = 500, StackSize = 64 << 10 };

static uint32_t changes, makers = Makers;

// Ends when the main goroutine has changed its mask again: it does not while it waits for this one.
static void *becomes_goroutine(void *unused)
{
	uint32_t before;

	rt_gosched();
	before = __atomic_load_n(&changes, __ATOMIC_ACQUIRE);
	while (__atomic_load_n(&changes, __ATOMIC_ACQUIRE) == before)
		rt_gosched();
	return unused;
}

// A real thread without a goroutine: so are those that it makes.
static void *makes_threads(void *unused)
{
	pthread_t t;

	for (int i = 0; i < Rounds; i++) {
		if (pthread_create(&t, NULL, becomes_goroutine, NULL) != 0 ||
		    pthread_join(t, NULL) != 0)
			abort();
	}
	__atomic_sub_fetch(&makers, 1, __ATOMIC_RELEASE);
	return unused;
}

int main(void)
{
	pthread_attr_t own;
	pthread_t t[Makers];
	sigset_t some;

	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	pthread_attr_init(&own);
	for (int i = 0; i < Makers; i++) {
		equal(pthread_attr_setstack(&own, aligned_alloc(4096, StackSize), StackSize), 0);
		equal(pthread_create(&t[i], &own, makes_threads, NULL), 0);
	}
	while (__atomic_load_n(&makers, __ATOMIC_ACQUIRE) != 0) {
		equal(pthread_sigmask(SIG_BLOCK, &some, NULL), 0);
		equal(pthread_sigmask(SIG_UNBLOCK, &some, NULL), 0);
		__atomic_add_fetch(&changes, 1, __ATOMIC_RELEASE);
		rt_gosched();
	}
	for (int i = 0; i < Makers; i++)
		equal(pthread_join(t[i], NULL), 0);
	return 0;
}
