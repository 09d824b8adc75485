// tests/programs/musl_threads.c - with musl: set*id reaches every thread and returns, while
// threads of the runtime begin and end; a thread of the program's own lives beside them, and
// a signal that the kernel gives to it comes to the channel that wants it.
// env: RT0_PTHREADS=kernel
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// timeout: 120
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { Rounds = 100, Signals = 50 };

static rt_waitgroup all;
static bool over;

static void ends_with_its_thread(void *arg)
{
	(void)arg;
	rt_lock_os_thread();
	rt_waitgroup_done(&all);
}

static void threads_end(void *arg)
{
	(void)arg;
	for (int i = 0; i < Rounds; i++) {
		rt_waitgroup_add(&all, 1);
		rt_go(ends_with_its_thread, NULL);
		rt_gosched();
	}
	rt_waitgroup_done(&all);
}

static void set_ids(void *arg)
{
	(void)arg;
	for (int i = 0; i < Rounds; i++) {
		equal(setuid(getuid()), 0);
		equal(setgid(getgid()), 0);
	}
}

static void wait_in_kernel(void *arg)
{
	char c;

	equal(read(*(int *)arg, &c, 1), 0);
}

static void blocked(void *arg)
{
	rt_cgocall(wait_in_kernel, arg);
	rt_waitgroup_done(&all);
}

// To itself: the thread, which is not the runtime's, passes it on to the process.
static void *send(void *unused)
{
	for (int i = 0; i < Signals; i++) {
		char text[32];

		equal(pthread_kill(pthread_self(), SIGUSR1), 0);
		equal(snprintf(text, sizeof text, "%d of %d", i, Signals) > 0, 1);
	}
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		sched_yield();
	return unused;
}

static void signals_arrive(void)
{
	rt_chan *c = rt_chan_make(sizeof(int), Signals);
	pthread_t thread;
	int sig;

	for (sig = 32; sig <= 34; sig++)
		equal(rt_signal_notify(sig, c), -EINVAL); // the library's own
	equal(rt_signal_notify(SIGUSR1, c), 0);
	equal(pthread_create(&thread, NULL, send, NULL), 0);
	check(rt_chan_recv(c, &sig));
	equal(sig, SIGUSR1);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	equal(pthread_join(thread, NULL), 0);
	rt_signal_stop(c);
}

int rt_main(int argc, char **argv)
{
	int fd[2];

	(void)argc, (void)argv;
	equal(pipe(fd), 0);
	rt_waitgroup_add(&all, 2);
	rt_go(blocked, &fd[0]);
	rt_go(threads_end, NULL);
	for (int i = 0; i < 3; i++)
		rt_cgocall(set_ids, NULL);
	set_ids(NULL);
	signals_arrive();
	equal(close(fd[1]), 0);
	rt_waitgroup_wait(&all);
	return 0;
}
