// tests/programs/musl_foreign_timer.c - with musl: the function of a timer with SIGEV_THREAD sends
// on a channel, from a thread of the library's, which clears its thread-local data each time.
// Threads of the program's, real ones or goroutines, do so while the world stops again and again.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64 RT0_PTHREADS=goroutines,kernel
// timeout: 120
// stdout: ok
#include "../lib/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { Ticks = 50, Threads = 20, Values = 200, Short = 1000 };

static rt_chan *c, *ticks;
static rt_waitgroup wg;
static bool stop;

static bool stopping(void)
{
	return __atomic_load_n(&stop, __ATOMIC_SEQ_CST);
}

static void tick(union sigval v)
{
	int64_t id = rt_goid();

	(void)v;
	rt_chan_send(ticks, &id);
}

static void timers(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = tick };
	struct itimerspec every = { { 0, 1000000 }, { 0, 1000000 } };
	int64_t id, first;
	timer_t t;

	equal(timer_create(CLOCK_MONOTONIC, &ev, &t), 0);
	equal(timer_settime(t, 0, &every, NULL), 0);
	check(rt_chan_recv(ticks, &first));
	for (int i = 1; i < Ticks; i++) {
		check(rt_chan_recv(ticks, &id));
		equal(id, first);
	}
	equal(timer_delete(t), 0);
}

static void stops(void *unused)
{
	int n = rt_gomaxprocs(0);

	(void)unused;
	for (int i = 0; !stopping(); i++) {
		rt_gomaxprocs(1 + i % 5);
		kill(getpid(), SIGURG);
		rt_gosched();
	}
	rt_gomaxprocs(n);
	rt_waitgroup_done(&wg);
}

static void *sends(void *unused)
{
	for (int64_t i = 0; i < Values; i++)
		rt_chan_send(c, &i);
	return unused;
}

static void *releases(void *sem)
{
	rt_sem_release(sem);
	return NULL;
}

int rt_main(int argc, char **argv)
{
	rt_sem sem = RT_SEM(0);
	pthread_t t[Threads];
	int64_t v, sum = 0;

	(void)argc, (void)argv;
	c = rt_chan_make(sizeof v, 1);
	ticks = rt_chan_make(sizeof v, 1);
	timers();
	rt_waitgroup_add(&wg, 1);
	rt_go(stops, NULL);
	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, sends, NULL), 0);
	for (int i = 0; i < Threads * Values; i++) {
		check(rt_chan_recv(c, &v));
		sum += v;
	}
	equal(sum, (int64_t)Threads * Values * (Values - 1) / 2);
	for (int i = 0; i < Threads; i++)
		equal(pthread_join(t[i], NULL), 0);
	for (int i = 0; i < Short; i++) {
		equal(pthread_create(&t[0], NULL, releases, &sem), 0);
		equal(pthread_join(t[0], NULL), 0);
		rt_sem_acquire(&sem);
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	rt_waitgroup_wait(&wg);
	puts("ok");
	return 0;
}
