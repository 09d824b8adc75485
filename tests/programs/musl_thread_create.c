// tests/programs/musl_thread_create.c - with musl: pthread_create makes goroutines: 10,000 at once
// on a few threads; joining, detaching, exiting, keys, cancelling, C11's threads; and real
// threads where goroutines would not do.
// stdout: the last thread
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// arch: not qemu: it takes ms to map a segment
#include "../lib/test.h"

#include "../lib/threads.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { Many = 10000, Items = 5000, Producers = 4, Consumers = 4, Slots = 8 };

// Declared for _GNU_SOURCE alone, which test.h is not made for.
int pthread_tryjoin_np(pthread_t t, void **result);
int pthread_timedjoin_np(pthread_t t, void **result, const struct timespec *at);

static sem_t started, go;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t full = PTHREAD_COND_INITIALIZER, empty = PTHREAD_COND_INITIALIZER;
static int cleaned, destroyed;
static pthread_key_t key;

static void *waits(void *arg)
{
	equal(rt_goid() > 1, 1);
	sem_post(&started);
	equal(sem_wait(&go), 0);
	return (char *)arg + 1;
}

static void at_once(void)
{
	static pthread_t t[Many];
	void *result;

	for (int i = 0; i < Many; i++)
		equal(pthread_create(&t[i], NULL, waits, (void *)(intptr_t)i), 0);
	for (int i = 0; i < Many; i++)
		equal(sem_wait(&started), 0);
	// Three more than Ps, and some while a loaded machine keeps system calls waiting.
	check(check_threads("status", "Pid:") <= rt_gomaxprocs(0) + 8);
	equal(pthread_tryjoin_np(t[0], NULL), EBUSY);
	for (int i = 0; i < Many; i++)
		sem_post(&go);
	for (int i = 0; i < Many; i++) {
		equal(pthread_join(t[i], &result), 0);
		equal((intptr_t)result, i + 1);
	}
}

// ---- a bounded buffer ----------------------------------------------------------------

static int slots[Slots], used, taken;
static long sum;

static void *produce(void *unused)
{
	for (int i = 1; i <= Items; i++) {
		pthread_mutex_lock(&mutex);
		while (used == Slots)
			pthread_cond_wait(&empty, &mutex);
		slots[used++] = i;
		pthread_cond_signal(&full);
		pthread_mutex_unlock(&mutex);
	}
	return unused;
}

static void *consume(void *unused)
{
	pthread_mutex_lock(&mutex);
	for (;;) {
		while (used == 0 && taken < Producers * Items)
			pthread_cond_wait(&full, &mutex);
		if (taken == Producers * Items)
			break;
		sum += slots[--used];
		if (++taken == Producers * Items)
			pthread_cond_broadcast(&full);
		pthread_cond_signal(&empty);
	}
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void buffer(void)
{
	pthread_t t[Producers + Consumers];

	for (int i = 0; i < Producers + Consumers; i++)
		equal(pthread_create(&t[i], NULL, i < Producers ? produce : consume, NULL), 0);
	for (int i = 0; i < Producers + Consumers; i++)
		equal(pthread_join(t[i], NULL), 0);
	equal(sum, (long)Producers * Items * (Items + 1) / 2);
}

// ---- ending --------------------------------------------------------------------------

static void clean(void *arg)
{
	cleaned += *(int *)arg;
}

static void destroy(void *value)
{
	destroyed += *(int *)value;
}

static void *exits(void *unused)
{
	static int one = 1, ten = 10;

	(void)unused;
	pthread_setspecific(key, &one);
	pthread_cleanup_push(clean, &one);
	pthread_cleanup_push(clean, &ten);
	pthread_exit((void *)77);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

// By rt_goexit: its deferred calls, the cleanup handlers, the keys' destructors.
static void *leaves(void *unused)
{
	static int one = 1, ten = 10, hundred = 100;

	pthread_setspecific(key, &one);
	rt_defer(clean, &ten);
	pthread_cleanup_push(clean, &hundred);
	rt_goexit();
	pthread_cleanup_pop(0);
	return unused;
}

static void by_goexit(void)
{
	pthread_attr_t attr;
	pthread_t t;
	void *result = &t;

	cleaned = destroyed = 0;
	equal(pthread_create(&t, NULL, leaves, NULL), 0);
	equal(pthread_join(t, &result), 0);
	check(result == NULL);
	equal(cleaned, 110);
	equal(destroyed, 1);
	pthread_attr_init(&attr);
	equal(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
	equal(pthread_create(&t, &attr, leaves, NULL), 0); // pthread_exit does not wait for it
}

static void *returns(void *arg)
{
	return arg;
}

static void *detaches(void *arg)
{
	equal(pthread_detach(pthread_self()), 0);
	equal(pthread_join(pthread_self(), NULL), EDEADLK);
	sem_post(&started);
	return arg;
}

static void ends(void)
{
	struct timespec past = { 1, 0 };
	pthread_attr_t attr;
	pthread_t t;
	void *result;

	equal(pthread_key_create(&key, destroy), 0);
	equal(pthread_create(&t, NULL, exits, NULL), 0);
	equal(pthread_join(t, &result), 0);
	equal((intptr_t)result, 77);
	equal(cleaned, 11);
	equal(destroyed, 1);
	by_goexit();

	equal(pthread_create(&t, NULL, waits, NULL), 0);
	equal(sem_wait(&started), 0);
	equal(pthread_timedjoin_np(t, NULL, &past), ETIMEDOUT);
	sem_post(&go);
	equal(pthread_join(t, NULL), 0);

	pthread_attr_init(&attr);
	equal(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
	for (int i = 0; i < 100; i++) {
		equal(pthread_create(&t, &attr, returns, NULL), 0);
		equal(pthread_create(&t, NULL, detaches, NULL), 0);
		equal(sem_wait(&started), 0);
		equal(pthread_create(&t, NULL, returns, NULL), 0);
		if (i % 2)
			rt_gosched();
		equal(pthread_detach(t), 0); // before its end or after
	}
}

// ---- cancelling ----------------------------------------------------------------------

static void unlock(void *m)
{
	cleaned++;
	equal(pthread_mutex_unlock(m), 0); // it was ours
}

static void *waits_for_cond(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	sem_post(&started);
	for (;;)
		pthread_cond_wait(&full, &mutex);
	pthread_cleanup_pop(0);
	return unused;
}

static void *waits_for_sem(void *unused)
{
	sem_post(&started);
	sem_wait(&go);
	return unused;
}

static void *computes(void *unused)
{
	sem_post(&started);
	for (;;)
		pthread_testcancel();
	return unused;
}

static void *calls(void *unused)
{
	sem_post(&started);
	for (;;)
		usleep(100);
	return unused;
}

static void *disabled(void *unused)
{
	int old;

	equal(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old), 0);
	sem_post(&started);
	equal(sem_wait(&go), 0);
	return unused;
}

static void *joins(void *t)
{
	sem_post(&started);
	pthread_join((pthread_t)t, NULL);
	return NULL;
}

static void cancels(void *(*fn)(void *), void *arg, bool does)
{
	pthread_t t;
	void *result;

	equal(pthread_create(&t, NULL, fn, arg), 0);
	equal(sem_wait(&started), 0);
	rt_gosched();
	equal(pthread_cancel(t), 0);
	if (!does)
		sem_post(&go);
	equal(pthread_join(t, &result), 0);
	equal(result == PTHREAD_CANCELED, does);
}

static void all_cancels(void)
{
	pthread_t t;

	cleaned = 0;
	equal(pthread_create(&t, NULL, waits_for_sem, NULL), 0);
	equal(sem_wait(&started), 0);
	for (int i = 0; i < 20; i++) {
		cancels(waits_for_cond, NULL, true);
		equal(cleaned, i + 1);
		cancels(computes, NULL, true);
		cancels(calls, NULL, true);
		cancels(joins, (void *)t, true);
	}
	sem_post(&go);
	equal(pthread_join(t, NULL), 0);
	cancels(waits_for_sem, NULL, true);
	cancels(disabled, NULL, false);
}

// ---- C11, and real threads -----------------------------------------------------------

static int c11(void *arg)
{
	thrd_yield();
	return -*(int *)arg;
}

static void *not_a_goroutine(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	sem_post(&started);
	return unused;
}

static void others(void)
{
	pthread_attr_t attr;
	pthread_t t;
	thrd_t c;
	int five = 5, result;

	equal(thrd_create(&c, c11, &five), thrd_success);
	equal(thrd_join(c, &result), thrd_success);
	equal(result, -5);

	pthread_attr_init(&attr);
	equal(pthread_attr_setstacksize(&attr, 128 << 20), 0);
	equal(pthread_create(&t, &attr, not_a_goroutine, NULL), 0);
	equal(sem_wait(&started), 0);
	equal(pthread_join(t, NULL), 0);
}

static void *last(void *unused)
{
	(void)unused;
	rt_sleep(20 * RT_MILLISECOND);
	rt_printf("the last thread\n");
	return NULL;
}

int rt_main(int argc, char **argv)
{
	pthread_t t;

	(void)argc, (void)argv;
	sem_init(&started, 0, 0);
	sem_init(&go, 0, 0);
	at_once();
	buffer();
	ends();
	all_cancels();
	others();
	equal(pthread_create(&t, NULL, last, NULL), 0);
	pthread_exit(NULL);
}
