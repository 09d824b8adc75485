// tests/programs/test_world.c - rt_test: time is skipped while all goroutines of the test wait,
// rt_test_wait returns when the others are blocked, and what is left behind is counted.
// stdout: ok
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

static const int64_t Hour = 3600 * RT_SECOND;
static int64_t wall; // of the process

// A deadline: before it the context is not over, and right after it it is.
static void deadline(void *arg)
{
	int64_t begin = rt_nanotime(), wallbegin = rt_walltime();
	rt_ctx *c = rt_ctx_with_timeout(rt_ctx_background(), 24 * Hour);

	(void)arg;
	rt_sleep(23 * Hour); // what the test itself takes is no hour
	rt_test_wait();
	equal(rt_ctx_err(c), 0);
	rt_sleep(Hour);
	rt_test_wait();
	equal(rt_ctx_err(c), -ETIMEDOUT);
	check(!rt_chan_recv(rt_ctx_done(c), NULL));
	rt_ctx_free(c);
	check(rt_nanotime() - begin >= 24 * Hour && rt_nanotime() - begin < 25 * Hour);
	check(rt_walltime() - wallbegin >= 24 * Hour && rt_walltime() - wallbegin < 25 * Hour);
}

// Fails for an hour.
typedef struct {
	int64_t until;
	int calls;
} Server;

static int call(Server *s)
{
	s->calls++;
	return rt_nanotime() < s->until ? -EAGAIN : 0;
}

static void retries(void *arg)
{
	Server s = { .until = rt_nanotime() + Hour };
	rt_duration pause = RT_MILLISECOND;

	(void)arg;
	while (call(&s) < 0) {
		rt_sleep(pause);
		pause *= 2;
	}
	equal(s.calls, 23); // 2^22 - 1 ms is the first sum of pauses above an hour
}

static void ticks(void *arg)
{
	rt_timer *t = rt_timer_chan(Hour, Hour);
	int64_t last = rt_nanotime(), now;

	(void)arg;
	for (int i = 0; i < 48; i++) {
		rt_chan_recv(rt_timer_c(t), &now);
		check(now > last + Hour / 2 && now < last + 2 * Hour);
		last = now;
	}
	rt_timer_free(t);
}

static rt_chan *in, *out;

static void doubles(void *arg)
{
	int v;

	(void)arg;
	while (rt_chan_recv(in, &v)) {
		rt_sleep(v * RT_SECOND);
		v *= 2;
		rt_chan_send(out, &v);
	}
	rt_chan_close(out);
}

static void produces(void *arg)
{
	(void)arg;
	for (int i = 1; i <= 100; i++)
		rt_chan_send(in, &i);
	rt_chan_close(in);
}

static void pipeline(void *arg)
{
	int v, sum = 0;

	(void)arg;
	in = rt_chan_make(sizeof(int), 0);
	out = rt_chan_make(sizeof(int), 0);
	rt_go(produces, NULL);
	rt_go(doubles, NULL);
	while (rt_chan_recv(out, &v))
		sum += v;
	equal(sum, 10100);
}

static int reached;

static void reaches(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&reached, 1, __ATOMIC_RELAXED);
	rt_sleep(Hour);
	__atomic_add_fetch(&reached, 1, __ATOMIC_RELAXED);
}

static void settles(void *arg)
{
	(void)arg;
	reached = 0;
	for (int i = 1; i <= 100; i++) {
		rt_go(reaches, NULL);
		rt_test_wait();
		equal(__atomic_load_n(&reached, __ATOMIC_RELAXED), i); // others write it later
	}
	rt_sleep(Hour);
	rt_test_wait();
	equal(reached, 200);
}

// What works on the processor is waited for.
static void computes(void *done)
{
	volatile int n = 0;

	while (n < 30 * 1000 * 1000)
		n++;
	*(volatile bool *)done = true;
}

static void afterwork(void *arg)
{
	bool done = false;

	(void)arg;
	rt_go(computes, &done);
	rt_test_wait();
	check(done);
}

// A goroutine from before serves the test; it is no part of it.
static rt_chan *asked, *answered;

static void serves(void *arg)
{
	int v;

	(void)arg;
	while (rt_chan_recv(asked, &v)) {
		v++;
		rt_chan_send(answered, &v);
	}
}

static void asks(void *arg)
{
	int v = 1;

	(void)arg;
	for (int i = 0; i < 100; i++) {
		rt_chan_send(asked, &v);
		rt_chan_recv(answered, &v);
	}
	equal(v, 101);
}

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
}

static void sleeps(void *arg)
{
	(void)arg;
	rt_sleep(Hour);
}

static void leaves(void *c)
{
	rt_go(receives, c);
	rt_go(receives, c);
	rt_go(nothing, NULL);
	rt_go(sleeps, NULL); // time stops when the function has returned
}

static void exits(void *arg)
{
	(void)arg;
	rt_sleep(Hour);
	rt_goexit();
}

// A timer from before the test does not see its time.
static void later(void *fired)
{
	__atomic_store_n((int64_t *)fired, rt_nanotime(), __ATOMIC_RELAXED);
}

static int pipefd[2];
static rt_chan *arrived;

// From before the test, like the reader of a connection.
static void reads(void *unused)
{
	char c;

	(void)unused;
	while (rt_read(pipefd[0], &c, 1) == 1)
		rt_chan_send(arrived, NULL);
}

// What ends the test's wait is on its way: that is no deadlock.
static void comes_round(void *unused)
{
	(void)unused;
	for (int i = 0; i < 50; i++) {
		equal(rt_write(pipefd[1], "x", 1), 1);
		rt_chan_recv(arrived, NULL);
	}
}

static int blocking[2];

// From before the test, too: waits in the kernel, and then makes a call that takes its time.
static void reads_blocking(void *unused)
{
	static const int64_t takes[] = { 0, 10 * RT_MILLISECOND };
	char c;

	(void)unused;
	while (rt_syscall(SYS_read, blocking[0], &c, 1) == 1) {
		rt_syscall(SYS_nanosleep, takes, NULL);
		rt_chan_send(arrived, NULL);
	}
}

static void comes_from_kernel(void *unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++) {
		equal(rt_syscall(SYS_write, blocking[1], "x", 1), 1);
		rt_chan_recv(arrived, NULL);
	}
}

int rt_main(int argc, char **argv)
{
	static rt_func *const tests[] = { deadline, retries, ticks, pipeline, settles, afterwork, asks, exits };
	static int64_t fired;
	rt_timer *t = rt_timer_func(Hour, 0, later, &fired), *soon;
	rt_chan *c = rt_chan_make(0, 0);
	int64_t begin;

	(void)argc;
	(void)argv;
	wall = rt_walltime();
	asked = rt_chan_make(sizeof(int), 0);
	answered = rt_chan_make(sizeof(int), 0);
	rt_go(serves, NULL);
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		equal(rt_test(tests[i], NULL), 0);
	arrived = rt_chan_make(0, 0);
	equal(rt_syscall(SYS_pipe2, blocking, 0), 0);
	rt_go(reads_blocking, NULL);
	equal(rt_test(comes_from_kernel, NULL), 0);
	equal(rt_pipe(pipefd), 0);
	rt_go(reads, NULL);
	equal(rt_test(comes_round, NULL), 0);
	equal(rt_test_seeds(5, settles, NULL), 0);
	equal(__atomic_load_n(&fired, __ATOMIC_RELAXED), 0);
	check(rt_walltime() - wall < Hour);

	soon = rt_timer_func(RT_MILLISECOND, 0, later, &fired);
	equal(rt_test(leaves, c), 3);
	equal(rt_test(settles, NULL), 0); // those that were left are from before now
	begin = rt_nanotime();
	while (__atomic_load_n(&fired, __ATOMIC_RELAXED) == 0)
		rt_sleep(RT_MILLISECOND); // it continues where it was
	check(rt_nanotime() - begin < Hour / 2);
	rt_timer_free(soon);
	check(rt_timer_stop(t));
	rt_timer_free(t);
	rt_chan_close(c);
	rt_chan_close(asked);
	rt_printf("ok\n");
	return 0;
}
