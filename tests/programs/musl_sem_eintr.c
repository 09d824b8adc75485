// tests/programs/musl_sem_eintr.c - with musl: a handler without SA_RESTART ends sem_wait and
// sem_timedwait of the main goroutine with EINTR, unless there is a permit; one with SA_RESTART does
// not. Conditions, mutexes and pthread_join continue to wait.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

enum { Rounds = 10 };

static sem_t sem, shared, go;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static volatile sig_atomic_t handled;
static bool posts;

static void handler(int sig)
{
	(void)sig;
	handled++;
	if (posts)
		sem_post(&sem);
}

static void handle(int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	equal(sigaction(SIGALRM, &sa, NULL), 0);
}

// And again, since the first one may come before the wait has begun.
static void alarm_in(int ms)
{
	struct itimerval t = { { 0, 250000 }, { 0, ms * 1000 } };

	handled = 0;
	errno = 0;
	equal(setitimer(ITIMER_REAL, &t, NULL), 0);
}

static void no_alarm(void)
{
	struct itimerval never = { 0 };

	equal(setitimer(ITIMER_REAL, &never, NULL), 0);
}

static struct timespec in(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void semaphores(void)
{
	struct timespec later = in(100000), soon;

	handle(0);
	for (int i = 0; i < Rounds; i++) {
		sem_t *s = i % 2 ? &shared : &sem;

		alarm_in(2);
		equal(sem_wait(s), -1);
		equal(errno, EINTR);
		check(handled >= 1);
		alarm_in(2);
		equal(sem_timedwait(s, &later), -1);
		equal(errno, EINTR);
		check(handled >= 1);
	}
	posts = true;
	alarm_in(2);
	equal(sem_wait(&sem), 0);
	no_alarm();
	check(handled >= 1);
	posts = false;
	while (sem_trywait(&sem) == 0)
		;

	handle(SA_RESTART);
	soon = in(100);
	alarm_in(2);
	equal(sem_timedwait(&sem, &soon), -1);
	equal(errno, ETIMEDOUT);
	no_alarm();
	check(handled >= 1);
}

// Lets the main goroutine go after the handler has run.
static void *later(void *unused)
{
	pthread_mutex_lock(&mutex);
	sem_post(&go);
	while (!handled)
		rt_sleep(RT_MILLISECOND);
	rt_sleep(2 * RT_MILLISECOND);
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void others(void)
{
	pthread_t t;

	handle(0);
	for (int i = 0; i < Rounds; i++) {
		handled = 0;
		equal(pthread_create(&t, NULL, later, NULL), 0);
		while (sem_wait(&go) != 0)
			;
		alarm_in(2);
		equal(pthread_mutex_lock(&mutex), 0); // held until the handler has run
		check(handled >= 1);
		pthread_mutex_unlock(&mutex);
		equal(pthread_join(t, NULL), 0);

		no_alarm();
		handled = 0;
		pthread_mutex_lock(&mutex);
		equal(pthread_create(&t, NULL, later, NULL), 0);
		alarm_in(2);
		equal(pthread_cond_wait(&cond, &mutex), 0);
		check(handled >= 1);
		pthread_mutex_unlock(&mutex);
		equal(pthread_join(t, NULL), 0);
		no_alarm();
		equal(sem_trywait(&go), 0);
	}
}

static void goroutine(void *unused)
{
	(void)unused;
	rt_sleep(1000 * RT_SECOND);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	sem_init(&sem, 0, 0);
	sem_init(&shared, 1, 0);
	sem_init(&go, 0, 0);
	semaphores(); // alone
	rt_go(goroutine, NULL);
	semaphores();
	others();
	return 0;
}
