// tests/programs/musl_fork_number.c - with musl: fork by syscall(SYS_fork), SYS_vfork or SYS_clone is
// as fork: the child finds free what other threads held at that moment, on a goroutine and on a
// real thread. It may post, lock, and set a key's value.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Storms = 4, Rounds = 10, Good = 7 };

static sem_t sems[64];
static pthread_key_t key;
static bool over;
static int forked;

static void post_all(void)
{
	for (int i = 0; i < 64; i++)
		sem_post(&sems[i]);
}

static void *sets_value(void *arg)
{
	pthread_setspecific(key, arg);
	return arg;
}

static void *storms(void *arg)
{
	pthread_t t;

	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		post_all();
		for (int i = 0; i < 64; i++)
			sem_wait(&sems[i]);
		equal(pthread_create(&t, NULL, sets_value, &t), 0);
		equal(pthread_join(t, NULL), 0);
		sched_yield();
	}
	return arg;
}

// Ends with Good if nothing that it needs is another thread's.
static void child(void)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	alarm(20);
	post_all();
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	if (pthread_setspecific(key, &m) != 0 || pthread_getspecific(key) != &m)
		_exit(1);
	_exit(Good);
}

static void ends_well(pid_t pid)
{
	int status;

	check(pid >= 0);
	if (pid == 0)
		child();
	equal(waitpid(pid, &status, 0), pid);
	check(WIFEXITED(status));
	equal(WEXITSTATUS(status), Good);
	__atomic_fetch_add(&forked, 1, __ATOMIC_RELAXED);
}

static void *forks(void *arg)
{
	for (int i = 0; i < Rounds; i++) {
		pid_t self = getpid(), pid;

		ends_well((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
#ifdef SYS_fork
		ends_well((pid_t)syscall(SYS_fork));
		pid = (pid_t)syscall(SYS_vfork);
#else
		ends_well(fork());
		pid = vfork();
#endif
		check((pid == 0) == (getpid() != self)); // memory is not shared
		ends_well(pid);
	}
	return arg;
}

int main(void)
{
	pthread_attr_t real;
	pthread_t t[Storms], thread;

	signal(SIGALRM, SIG_DFL);
	equal(pthread_key_create(&key, NULL), 0);
	for (int i = 0; i < Storms; i++)
		equal(pthread_create(&t[i], NULL, storms, NULL), 0);
	forks(NULL);
	pthread_attr_init(&real);
	equal(pthread_attr_setstacksize(&real, 128 << 20), 0);
	equal(pthread_create(&thread, &real, forks, NULL), 0);
	equal(pthread_join(thread, NULL), 0);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	for (int i = 0; i < Storms; i++)
		equal(pthread_join(t[i], NULL), 0);
	equal(forked, 6 * Rounds);
	return 0;
}
