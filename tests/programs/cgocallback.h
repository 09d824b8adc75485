// tests/programs/cgocallback.h - functions that rt_cgocall runs call all of rt.h: they become their
// goroutines until they return. For cgocallback.c and musl_callback.c, which define sort: a
// library's, that calls back.
#ifndef CGOCALLBACK_H
#define CGOCALLBACK_H

#include "../lib/bare.h"
#include "../lib/rounds.h"
#include "../lib/test.h"

enum { MostRows = 60, Many = 100 };

typedef struct {
	rt_chan *c; // of what is compared
	int row[MostRows];
	int64_t compared;
	uint64_t id;
} Job;

static void sort(int *row, int n, void *job); // calls before
static _Atomic int running;
static rt_waitgroup done, drained;

// ---- a library's callback sends on a channel ----------------------------------------

static bool before(int a, int b, Job *j)
{
	int64_t sum = a + b;

	rt_chan_send(j->c, &sum);
	j->compared++;
	equal(rt_goid(), j->id);
	return a < b;
}

static void sort_job(void *arg)
{
	Job *j = arg;

	sort(j->row, rounds(MostRows), j);
}

typedef struct {
	rt_chan *c, *result;
} Counter;

static void count_all(void *arg)
{
	Counter *c = arg;
	int64_t n = 0, sum;

	while (rt_chan_recv(c->c, &sum))
		n++;
	rt_chan_send(c->result, &n);
}

static void one_sort(uint64_t seed, size_t buffer)
{
	Counter c = { rt_chan_make(8, buffer), rt_chan_make(8, 0) };
	Job j = { .c = c.c, .id = rt_goid() };
	double f = (double)seed;
	int64_t n;
	int rows = rounds(MostRows);

	for (int i = 0; i < rows; i++)
		j.row[i] = (int)(next_random(&seed) % 1000);
	rt_go(count_all, &c);
	rt_cgocall(sort_job, &j);
	for (int i = 1; i < rows; i++)
		check(j.row[i - 1] <= j.row[i]);
	rt_chan_close(c.c);
	rt_chan_recv(c.result, &n);
	equal(n, j.compared);
	check(f >= 0);
	rt_chan_free(c.c);
	rt_chan_free(c.result);
}

static void sorter(void *arg)
{
	one_sort((uint64_t)(uintptr_t)arg, (uintptr_t)arg % 3);
	rt_waitgroup_done(&done);
}

static void many_at_once(void)
{
	rt_waitgroup_add(&done, Many);
	for (uintptr_t i = 1; i <= Many; i++)
		rt_go(sorter, (void *)i);
	rt_waitgroup_wait(&done);
}

// ---- any first call -----------------------------------------------------------------

static rt_mutex mutex;
static rt_sem sem = RT_SEM(1);

static void first_gosched(void *unused)
{
	(void)unused;
	rt_gosched();
}

static void first_sleep(void *unused)
{
	(void)unused;
	rt_sleep(RT_MILLISECOND);
}

static void first_mutex(void *unused)
{
	(void)unused;
	rt_mutex_lock(&mutex);
	rt_gosched();
	rt_mutex_unlock(&mutex);
	rt_sem_acquire(&sem);
	rt_sem_release(&sem);
}

static void first_unlock(void *unused)
{
	(void)unused;
	rt_mutex_unlock(&mutex);
}

static void first_go(void *unused)
{
	rt_chan *c = rt_chan_make(0, 0);
	rt_timer *t = rt_timer_chan(RT_MILLISECOND, 0);
	int64_t v;

	(void)unused;
	rt_go(nothing, NULL);
	equal(rt_select((rt_case[]){ RT_RECV(c, NULL), RT_RECV(rt_timer_c(t), &v) }, 2), 1);
	rt_timer_free(t);
	rt_chan_free(c);
}

static void locks_thread(void *tid)
{
	rt_lock_os_thread();
	*(int64_t *)tid = gettid();
	rt_sleep(RT_MILLISECOND);
	equal(gettid(), *(int64_t *)tid);
}

// The goroutine stays locked when the function has returned.
static void thread_lock(void)
{
	int64_t tid;

	rt_cgocall(locks_thread, &tid);
	for (int i = 0; i < 20; i++) {
		rt_gosched();
		equal(gettid(), tid);
	}
	rt_unlock_os_thread();
}

static void first_calls(void *unused)
{
	(void)unused;
	rt_cgocall(first_gosched, NULL);
	rt_cgocall(first_sleep, NULL);
	rt_cgocall(first_mutex, NULL);
	rt_mutex_lock(&mutex);
	rt_cgocall(first_unlock, NULL);
	rt_cgocall(first_go, NULL);
	thread_lock();
	rt_waitgroup_done(&done);
}

// ---- calls within -------------------------------------------------------------------

typedef struct {
	int fd[2];
	rt_chan *c;
	bool first; // the inner function becomes its goroutine before it reads
} Within;

static void write_one(void *arg)
{
	equal(rt_write(*(int *)arg, "x", 1), 1);
}

// Blocks its thread in the kernel: another goroutine writes, whose P that must not keep.
static int64_t take(int fd)
{
	char c;
	int64_t n;

	do {
		n = bare(SYS_read, fd, (int64_t)(intptr_t)&c, 1);
	} while (n == -EINTR);
	return n;
}

static void innermost(void *arg)
{
	Within *w = arg;

	equal(take(w->fd[0]), 1);
}

static void inner(void *arg)
{
	Within *w = arg;

	if (w->first) {
		rt_chan_send(w->c, NULL);
		rt_go(write_one, &w->fd[1]);
		rt_cgocall(innermost, w);
	}
	rt_chan_send(w->c, NULL);
}

static void blocks(void *arg)
{
	equal(take(((Within *)arg)->fd[0]), 1);
}

static void outer(void *arg)
{
	Within *w = arg;

	if (w->first) {
		rt_chan_send(w->c, NULL);
		rt_go(write_one, &w->fd[1]);
		equal(rt_cgocall(blocks, w), 0);
	}
	rt_cgocall(inner, w);
	rt_chan_send(w->c, NULL);
}

static void drain(void *c)
{
	while (rt_chan_recv(c, NULL))
		;
	rt_waitgroup_done(&drained);
}

static void calls_within(bool first)
{
	Within w = { .c = rt_chan_make(0, 0), .first = first };

	equal(rt_syscall(SYS_pipe2, w.fd, 0), 0);
	rt_waitgroup_add(&drained, 1);
	rt_go(drain, w.c);
	rt_cgocall(outer, &w);
	rt_chan_close(w.c);
	rt_waitgroup_wait(&drained);
	rt_close(w.fd[0]);
	rt_close(w.fd[1]);
	rt_chan_free(w.c);
}

// ---- panics -------------------------------------------------------------------------

static void count_call(void *n)
{
	++*(int *)n;
}

static void recovers(void *arg)
{
	char text[20];

	{
		rt_defer(count_call, arg);
		check(rt_recover(panics, "one", text, sizeof text));
		check(same(text, "one"));
	}
	check(!rt_recover(nothing, NULL, NULL, 0));
}

// A panic in a call within reaches the outer function's rt_recover: no other frames are between.
static void panics_within(void *text)
{
	rt_cgocall(panics, text);
}

static void recovers_within(void *arg)
{
	check(rt_recover(panics_within, "two", NULL, 0));
	rt_gosched();
	count_call(arg);
}

static void keeps_panics(void *n)
{
	rt_cgocall(recovers, n);
}

static void panics_deferring(void *n)
{
	rt_defer(keeps_panics, n); // while a panic of the goroutine's own is on its way
	rt_panic("three");
}

static void panic_and_recover(void)
{
	int n = 0;

	rt_cgocall(recovers, &n);
	equal(n, 1);
	rt_cgocall(recovers_within, &n);
	equal(n, 2);
	check(rt_recover(panics_deferring, &n, NULL, 0));
	equal(n, 3);
	check(rt_recover(panics, "four", NULL, 0)); // the goroutine's own list is as before
}

// ---- stacks, preemption -------------------------------------------------------------

static __attribute__((noinline)) int64_t dig(int64_t n)
{
	volatile char room[200 + n % 100];

	room[0] = 1;
	if (n % 500 == 0)
		rt_gosched();
	return n == 0 ? 0 : dig(n - 1) + room[0];
}

static void deep(void *n)
{
	rt_gosched();
	*(int64_t *)n = dig(10000);
}

static _Atomic(int) released;

static void release(void *unused)
{
	(void)unused;
	released = 1;
}

// Calls nothing while it waits for another goroutine: only preemption lets that run, with one P.
static void spins(void *unused)
{
	(void)unused;
	rt_go(release, NULL);
	while (!released)
		;
	released = 0;
}

static void stacks_and_preemption(void)
{
	int64_t n = 0;

	rt_cgocall(deep, &n);
	equal(n, 10000);
	for (int i = 0; i < 3; i++)
		rt_cgocall(spins, NULL);
}

// ---- while the world stops, and SIGURG comes ----------------------------------------

static void stop_worlds(void *unused)
{
	int n = rt_gomaxprocs(0);

	(void)unused;
	for (int i = 0; running; i++) {
		rt_gomaxprocs(1 + i % 5);
		rt_gosched();
	}
	rt_gomaxprocs(n);
	rt_waitgroup_done(&done);
}

static void send_sigurg(void *unused)
{
	(void)unused;
	while (running) {
		rt_syscall_all(SYS_getpid); // by that signal, to all threads
		rt_sleep(20 * RT_MICROSECOND);
	}
	rt_waitgroup_done(&done);
}

static void in_a_storm(void)
{
	running = 1;
	rt_waitgroup_add(&done, 2);
	rt_go(stop_worlds, NULL);
	rt_go(send_sigurg, NULL);
	for (uint64_t i = 1; i <= 20; i++)
		one_sort(i, i % 2);
	for (int i = 0; i < 10; i++) {
		calls_within(i % 2);
		panic_and_recover();
	}
	running = 0;
	rt_waitgroup_wait(&done);
}

static void all_callbacks(void)
{
	one_sort(1, 0);
	many_at_once();
	go_all(&done, 50, first_calls, NULL);
	rt_waitgroup_wait(&done);
	for (int i = 0; i < 20; i++)
		calls_within(i % 2);
	panic_and_recover();
	stacks_and_preemption();
	in_a_storm();
}

#endif
