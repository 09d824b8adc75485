// tests/programs/musl_thread_kernel.c - with musl: RT0_PTHREADS=kernel makes real threads, which wait
// beside goroutines, join, and are cancelled. The process lasts as long as they do.
// cflags: --musl
// exit: 3
// env: RT0_PTHREADS=kernel
// matrix: GOMAXPROCS=1,4
#include "../lib/test.h"

#include "../lib/threads.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

enum { Threads = 20, Rounds = 500 };

static sem_t started, go;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int turn;

static void *thread(void *arg)
{
	sem_post(&started);
	equal(sem_wait(&go), 0);
	return (char *)arg + 1;
}

static void wait_for(int mine)
{
	pthread_mutex_lock(&mutex);
	while (turn != mine)
		pthread_cond_wait(&cond, &mutex);
	turn++;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
}

static void *even(void *unused)
{
	for (int i = 0; i < Rounds; i += 2)
		wait_for(i);
	return unused;
}

static void *reads(void *fd)
{
	char c;

	sem_post(&started);
	read((int)(intptr_t)fd, &c, 1);
	return NULL;
}

// What a thread calls at its end checks its stack, whatever the thread's result is.
static pthread_key_t key;
static int calls;

static void last(void *value)
{
	volatile char room[200];

	for (unsigned i = 0; i < sizeof room; i++)
		room[i] = (char)i;
	calls += value == &calls && room[9] == 9;
}

static void *leaves(void *result)
{
	pthread_setspecific(key, &calls);
	pthread_cleanup_push(last, &calls);
	if (!result)
		pthread_exit((void *)-1);
	pthread_cleanup_pop(0);
	return result;
}

// The process lasts as long as this, after the main goroutine's end.
static void *lasts(void *unused)
{
	(void)unused;
	usleep(50000);
	_exit(3);
}

// ---- cancelling ----------------------------------------------------------------------

static int unlocked;

static void unlock(void *unused)
{
	(void)unused;
	unlocked++;
	equal(pthread_mutex_unlock(&mutex), 0); // it was ours
}

static void *waits_for_cond(void *c)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	sem_post(&started);
	for (;;)
		pthread_cond_wait(c, &mutex);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *waits_for_sem(void *s)
{
	sem_post(&started);
	sem_wait(s);
	return NULL;
}

// These call rt.h first, and become goroutines by that.
static void *parks_in_cond(void *c)
{
	check(rt_goid() > 1);
	return waits_for_cond(c);
}

static void *parks_in_sem(void *s)
{
	check(rt_goid() > 1);
	return waits_for_sem(s);
}

static void *parks_in_read(void *fd)
{
	check(rt_goid() > 1);
	return reads(fd);
}

static void *sleeps(void *unused)
{
	check(rt_goid() > 1);
	sem_post(&started);
	sleep(1000);
	return unused;
}

static void *pauses(void *unused)
{
	check(rt_goid() > 1);
	sem_post(&started);
	pause();
	return unused;
}

static void cancel(void *(*fn)(void *), void *arg, int turns)
{
	pthread_t t;
	void *result;

	equal(pthread_create(&t, NULL, fn, arg), 0);
	equal(sem_wait(&started), 0);
	rt_sleep(turns * RT_MILLISECOND);
	equal(pthread_cancel(t), 0);
	equal(pthread_join(t, &result), 0);
	check(result == PTHREAD_CANCELED);
}

static void cancels(int fd)
{
	sem_t shared;

	sem_init(&shared, 1, 0);
	for (int i = 0; i < 4; i++) {
		cancel(waits_for_cond, &cond, i);
		equal(unlocked, 2 * i + 1);
		cancel(waits_for_sem, &go, i);
		cancel(waits_for_sem, &shared, i);
		cancel(parks_in_cond, &cond, i);
		cancel(parks_in_sem, &go, i);
		cancel(parks_in_sem, &shared, i);
		cancel(parks_in_read, (void *)(intptr_t)fd, i);
		cancel(sleeps, NULL, i);
		cancel(pauses, NULL, i);
	}
	equal(sem_post(&go), 0);
	equal(sem_trywait(&go), 0); // nobody waits
}

int rt_main(int argc, char **argv)
{
	pthread_t t[Threads];
	void *result;
	int fd[2];

	(void)argc, (void)argv;
	sem_init(&started, 0, 0);
	sem_init(&go, 0, 0);
	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, thread, (void *)(intptr_t)i), 0);
	for (int i = 0; i < Threads; i++)
		equal(sem_wait(&started), 0);
	check(check_threads("status", "Pid:") > Threads);
	for (int i = 0; i < Threads; i++)
		sem_post(&go);
	for (int i = 0; i < Threads; i++) {
		equal(pthread_join(t[i], &result), 0);
		equal((intptr_t)result, i + 1);
	}

	equal(pthread_create(&t[0], NULL, even, NULL), 0);
	for (int i = 1; i < Rounds; i += 2)
		wait_for(i);
	equal(pthread_join(t[0], NULL), 0);

	equal(pipe(fd), 0);
	equal(pthread_create(&t[0], NULL, reads, (void *)(intptr_t)fd[0]), 0);
	equal(sem_wait(&started), 0);
	equal(pthread_cancel(t[0]), 0);
	equal(pthread_join(t[0], &result), 0);
	check(result == PTHREAD_CANCELED);
	cancels(fd[0]);

	equal(pthread_key_create(&key, last), 0);
	for (intptr_t i = 0; i > -2; i--) {
		equal(pthread_create(&t[0], NULL, leaves, (void *)i), 0);
		equal(pthread_join(t[0], &result), 0);
		equal((intptr_t)result, -1);
	}
	equal(calls, 3);

	equal(pthread_create(&t[0], NULL, lasts, NULL), 0);
	pthread_exit(NULL);
}
