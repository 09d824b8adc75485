// tests/programs/musl_pthread.c - with musl: goroutines and threads wait for pthread's types side
// by side, and wake each other. A goroutine that waits takes no thread.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include "../lib/threads.h"
#include "../lib/waiting.h"

#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

enum { Goroutines = 8, Threads = 3, Rounds = 2000, Many = 100 };

static rt_waitgroup all;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;
static int count, pair[2], turn, initialized, serial, spins;
static bool go;

// ---- everything at once, goroutines and threads alike --------------------------------

static void initialize(void)
{
	sched_yield();
	initialized++;
}

static void contend(void)
{
	pthread_once(&once, initialize);
	equal(initialized, 1);
	for (int i = 0; i < Rounds; i++) {
		equal(pthread_mutex_lock(&mutex), 0);
		count++;
		if (i % 50 == 0)
			sched_yield(); // with the mutex
		equal(pthread_mutex_unlock(&mutex), 0);

		pthread_spin_lock(&spin);
		spins++;
		pthread_spin_unlock(&spin);

		if (i % 8 == 0) {
			equal(pthread_rwlock_wrlock(&rwlock), 0);
			pair[0]++;
			sched_yield();
			pair[1]++;
		} else {
			equal(pthread_rwlock_rdlock(&rwlock), 0);
			equal(pair[0], pair[1]);
		}
		equal(pthread_rwlock_unlock(&rwlock), 0);
	}
	if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
		__atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
	sem_post(&sem);
}

static void *thread(void *unused)
{
	contend();
	return unused;
}

static void goroutine(void *unused)
{
	(void)unused;
	contend();
	rt_waitgroup_done(&all);
}

static void mixed(void)
{
	pthread_t t[Threads];

	pthread_spin_init(&spin, 0);
	equal(pthread_barrier_init(&barrier, NULL, Goroutines + Threads), 0);
	equal(sem_init(&sem, 0, 0), 0);
	rt_waitgroup_add(&all, Goroutines);
	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, thread, NULL), 0);
	for (int i = 0; i < Goroutines; i++)
		rt_go(goroutine, NULL);
	for (int i = 0; i < Goroutines + Threads; i++)
		equal(sem_wait(&sem), 0);
	rt_waitgroup_wait(&all);
	for (int i = 0; i < Threads; i++)
		equal(pthread_join(t[i], NULL), 0);
	equal(count, (Goroutines + Threads) * Rounds);
	equal(spins, (Goroutines + Threads) * Rounds);
	equal(pair[0], (Goroutines + Threads) * Rounds / 8);
	equal(serial, 1);
}

// ---- one after the other: each waits for the last ------------------------------------

static void wait_for(int mine)
{
	equal(pthread_mutex_lock(&mutex), 0);
	while (turn != mine)
		equal(pthread_cond_wait(&cond, &mutex), 0);
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

static void ping_pong(void)
{
	pthread_t t;

	equal(pthread_create(&t, NULL, even, NULL), 0);
	for (int i = 1; i < Rounds; i += 2)
		wait_for(i); // nothing else runs here
	equal(pthread_join(t, NULL), 0);
}

// ---- many wait -----------------------------------------------------------------------

static void waits_for_cond(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&mutex);
	while (!go)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
	rt_waitgroup_done(&all);
}

static void waits_for_mutex(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&mutex);
	rt_sleep(1);
	pthread_mutex_unlock(&mutex);
	rt_waitgroup_done(&all);
}

static void waits_for_sem(void *unused)
{
	(void)unused;
	equal(sem_wait(&sem), 0);
	rt_waitgroup_done(&all);
}

static void many(rt_func *fn, const char *state)
{
	rt_waitgroup_add(&all, Many);
	for (int i = 0; i < Many; i++)
		rt_go(fn, NULL);
	await_in(Many, state);
	// Three more than Ps, and some while a loaded machine keeps system calls waiting.
	check(check_threads("status", "Pid:") <= rt_gomaxprocs(0) + 8);
}

static void take_no_threads(void)
{
	many(waits_for_cond, "sync.Cond.Wait");
	pthread_mutex_lock(&mutex);
	go = true;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	rt_waitgroup_wait(&all);

	pthread_mutex_lock(&mutex);
	many(waits_for_mutex, "sync.Mutex.Lock");
	pthread_mutex_unlock(&mutex);
	rt_waitgroup_wait(&all);

	many(waits_for_sem, "semacquire");
	for (int i = 0; i < Many; i++)
		sem_post(&sem);
	rt_waitgroup_wait(&all);
}

// ---- deadlines, and what is refused --------------------------------------------------

static struct timespec soon(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += 5000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void check_deadlines(void)
{
	struct timespec t = soon(CLOCK_REALTIME), wrong = { 0, 1000000000 };
	pthread_condattr_t attr;
	pthread_cond_t monotonic;

	errno = 0;
	equal(sem_timedwait(&sem, &t), -1);
	equal(errno, ETIMEDOUT);
	equal(sem_timedwait(&sem, &wrong), -1);
	equal(errno, EINVAL);
	equal(sem_trywait(&sem), -1);
	equal(errno, EAGAIN);
	pthread_mutex_lock(&mutex);
	equal(pthread_mutex_trylock(&mutex), EBUSY);
	t = soon(CLOCK_REALTIME);
	equal(pthread_mutex_timedlock(&mutex, &t), ETIMEDOUT);
	t = soon(CLOCK_REALTIME);
	equal(pthread_cond_timedwait(&cond, &mutex, &t), ETIMEDOUT);
	pthread_condattr_init(&attr);
	equal(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), 0);
	equal(pthread_cond_init(&monotonic, &attr), 0);
	t = soon(CLOCK_MONOTONIC);
	equal(pthread_cond_timedwait(&monotonic, &mutex, &t), ETIMEDOUT);
	equal(pthread_mutex_trylock(&mutex), EBUSY); // it is ours again
	pthread_mutex_unlock(&mutex);
	pthread_rwlock_rdlock(&rwlock);
	equal(pthread_rwlock_tryrdlock(&rwlock), 0);
	equal(pthread_rwlock_trywrlock(&rwlock), EBUSY);
	t = soon(CLOCK_REALTIME);
	equal(pthread_rwlock_timedwrlock(&rwlock, &t), ETIMEDOUT);
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	equal(pthread_rwlock_trywrlock(&rwlock), 0);
	pthread_rwlock_unlock(&rwlock);
}

static void check_attributes(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t m;
	int value;

	pthread_mutexattr_init(&attr);
	equal(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT), ENOTSUP);
	equal(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), ENOTSUP);
	equal(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK), 0);
	equal(pthread_mutex_init(&m, &attr), 0);
	equal(pthread_mutex_unlock(&m), EPERM);
	equal(pthread_mutex_lock(&m), 0);
	equal(pthread_mutex_lock(&m), EDEADLK);
	equal(pthread_mutex_unlock(&m), 0);
	equal(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE), 0);
	equal(pthread_mutex_init(&m, &attr), 0);
	equal(pthread_mutex_lock(&m), 0);
	equal(pthread_mutex_lock(&m), 0);
	equal(pthread_mutex_unlock(&m), 0);
	equal(pthread_mutex_unlock(&m), 0);
	equal(pthread_mutex_unlock(&m), EPERM);
	equal(pthread_barrier_init(&barrier, NULL, 0), EINVAL);
	equal(sem_init(&sem, 0, 3), 0);
	equal(sem_getvalue(&sem, &value), 0);
	equal(value, 3);
	equal(sem_init(&sem, 0, SEM_VALUE_MAX), 0);
	equal(sem_post(&sem), -1);
	equal(errno, EOVERFLOW);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	equal(sem_init(&sem, 0, 0), 0);
	take_no_threads();
	mixed();
	ping_pong();
	check_deadlines();
	check_attributes();
	return 0;
}
