// tests/programs/musl_exit_deferred.c - with musl, a thread that ends by pthread_exit, thrd_exit or a
// cancellation is joined after its deferred calls, which may wait and panic; it makes the cleanup
// handlers' calls before them, and the destructors' after them. So does the main thread.
// stdout: main joined
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// repeat: 20
#include "../lib/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <threads.h>

enum { Yields = 20 };

static pthread_key_t key;
static sem_t started, never;
static pthread_t main_thread;

// The steps of a thread's end, in their order.
static int steps[8], nsteps;

static void step(int n)
{
	steps[__atomic_fetch_add(&nsteps, 1, __ATOMIC_RELAXED)] = n;
}

static void cleans(void *arg)
{
	(void)arg;
	step(1);
}

static void defers(void *arg)
{
	(void)arg;
	for (int i = 0; i < Yields; i++)
		rt_gosched();
	step(2);
}

static void recovers(void *text)
{
	check(rt_recover(panics, text, NULL, 0));
}

static void destroys(void *value)
{
	(void)value;
	step(3);
}

static void *exits(void *result)
{
	pthread_setspecific(key, &key);
	rt_defer(defers, NULL);
	rt_defer(recovers, "in a deferred call");
	pthread_cleanup_push(cleans, NULL);
	pthread_exit(result);
	pthread_cleanup_pop(0);
}

static int exits_c11(void *arg)
{
	pthread_setspecific(key, &key);
	rt_defer(defers, arg);
	pthread_cleanup_push(cleans, NULL);
	thrd_exit(77);
	pthread_cleanup_pop(0);
}

static void *is_cancelled(void *arg)
{
	pthread_setspecific(key, &key);
	rt_defer(defers, arg);
	pthread_cleanup_push(cleans, NULL);
	sem_post(&started);
	sem_wait(&never);
	pthread_cleanup_pop(0);
	return arg;
}

static void exits_again(void *result)
{
	pthread_exit(result);
}

static void *exits_twice(void *result)
{
	pthread_setspecific(key, &key);
	rt_defer(defers, NULL);
	rt_defer(exits_again, result);
	pthread_cleanup_push(cleans, NULL);
	pthread_exit(NULL);
	pthread_cleanup_pop(0);
}

static void ended(pthread_t t, const void *wanted)
{
	void *result;

	equal(pthread_join(t, &result), 0);
	check(result == wanted);
	equal(__atomic_load_n(&nsteps, __ATOMIC_RELAXED), 3);
	for (int i = 0; i < 3; i++)
		equal(steps[i], i + 1);
	nsteps = 0;
}

static void threads(void)
{
	pthread_t t;

	equal(pthread_create(&t, NULL, exits, &key), 0);
	ended(t, &key);
	equal(pthread_create(&t, NULL, exits_twice, &key), 0);
	ended(t, &key);
	equal(thrd_create(&t, exits_c11, NULL), thrd_success);
	ended(t, (void *)77);
	equal(pthread_create(&t, NULL, is_cancelled, NULL), 0);
	equal(sem_wait(&started), 0);
	equal(pthread_cancel(t), 0);
	ended(t, PTHREAD_CANCELED);
}

static void *joins_main(void *arg)
{
	ended(main_thread, arg);
	rt_printf("main joined\n");
	return arg;
}

int main(void)
{
	pthread_t t;

	sem_init(&started, 0, 0);
	sem_init(&never, 0, 0);
	equal(pthread_key_create(&key, destroys), 0);
	threads();
	main_thread = pthread_self();
	equal(pthread_create(&t, NULL, joins_main, &main_thread), 0);
	exits(&main_thread);
}
