// tests/programs/musl_sem_signal.c - with musl: a signal handler posts semaphores, to goroutines
// and to a thread; no wake-up is lost, when all are idle neither. In a forked child the types work,
// whatever the parent's threads held.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Posts = 300, Burst = 8 };

static sem_t idle, busy, back;
static int posted;
static bool over;
static rt_waitgroup all;

static void handler(int sig)
{
	(void)sig;
	if (__atomic_add_fetch(&posted, 1, __ATOMIC_SEQ_CST) > Posts)
		return;
	for (int i = 0; i < Burst; i++)
		sem_post(&busy);
	sem_post(&idle);
}

// Takes and gives, so that handlers interrupt it in there.
static void *turns(void *unused)
{
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		equal(sem_wait(&busy), 0);
		sem_post(&back);
	}
	return unused;
}

static void goroutine(void *unused)
{
	turns(unused);
	rt_waitgroup_done(&all);
}

static void storm(void)
{
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	pthread_t t;

	rt_waitgroup_add(&all, Burst);
	for (int i = 0; i < Burst; i++)
		rt_go(goroutine, NULL);
	equal(pthread_create(&t, NULL, turns, NULL), 0);
	setitimer(ITIMER_REAL, &every, NULL);
	for (int i = 0; i < Posts; i++)
		equal(sem_wait(&idle), 0);
	for (int i = 0; i < Posts * Burst; i++)
		equal(sem_wait(&back), 0);
	setitimer(ITIMER_REAL, &never, NULL);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	for (int i = 0; i < Burst + 1; i++)
		sem_post(&busy);
	equal(pthread_join(t, NULL), 0);
	rt_waitgroup_wait(&all);
}

static void alone(void)
{
	int before = posted = 0;

	signal(SIGALRM, handler);
	alarm(1);
	equal(sem_wait(&idle), 0); // nobody else runs
	equal(posted, before + 1);
	posted = 0;
	while (sem_trywait(&busy) == 0)
		;
}

static void child(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

		pthread_mutex_lock(&m);
		pthread_mutex_unlock(&m);
		sem_post(&back);
		_exit(sem_wait(&back) == 0 ? 7 : 8);
	}
	check(pid > 0);
	equal(waitpid(pid, &status, 0), pid);
	equal(WEXITSTATUS(status), 7);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	sem_init(&idle, 0, 0);
	sem_init(&busy, 0, 0);
	sem_init(&back, 0, 0);
	alone();
	storm();
	child();
	return 0;
}
