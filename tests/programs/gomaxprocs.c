// tests/programs/gomaxprocs.c - the number of processors changes while they are busy, and
// nothing is lost.
//
//	gomaxprocs [MILLISECONDS]	(default 700)
//
// Promises: rt_gomaxprocs returns what it was; several goroutines may set it
// concurrently; goroutines that yield, pass messages, sleep, make system calls, start others
// and are locked to their threads all continue.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

enum { Workers = 5, Setters = 3, Highest = 8 };

static rt_waitgroup workers, setters;
static _Atomic(int) stop;
static _Atomic(int64_t) steps[6]; // of each kind of worker: all must have run

static bool step(int kind)
{
	steps[kind]++;
	return !stop;
}

static void yields(void *arg)
{
	(void)arg;
	while (step(0))
		rt_gosched();
	rt_waitgroup_done(&workers);
}

static void answer(void *arg)
{
	rt_chan **c = arg;
	int64_t v;

	while (rt_chan_recv(c[0], &v)) {
		v++;
		rt_chan_send(c[1], &v);
	}
	rt_chan_close(c[1]);
}

static void talks(void *arg)
{
	rt_chan *c[2] = { rt_chan_make(8, 0), rt_chan_make(8, 0) };
	int64_t v = 0, back;

	(void)arg;
	rt_go_copy(answer, c, sizeof c);
	while (step(1)) {
		rt_chan_send(c[0], &v);
		check(rt_chan_recv(c[1], &back));
		equal(back, v + 1);
		v = back;
	}
	rt_chan_close(c[0]);
	check(!rt_chan_recv(c[1], &back));
	rt_waitgroup_done(&workers);
}

static void sleeps(void *arg)
{
	(void)arg;
	while (step(2))
		rt_sleep(100 * RT_MICROSECOND);
	rt_waitgroup_done(&workers);
}

static void calls(void *arg)
{
	int fd[2];
	char c;

	(void)arg;
	equal(rt_pipe(fd), 0);
	while (step(3)) {
		equal(rt_write(fd[1], "x", 1), 1);
		equal(rt_read(fd[0], &c, 1), 1);
	}
	equal(rt_close(fd[0]), 0);
	equal(rt_close(fd[1]), 0);
	rt_waitgroup_done(&workers);
}

static void set_one(void *arg)
{
	*(int *)arg = 1;
	rt_waitgroup_done(&workers);
}

static void start_and_end(void *arg)
{
	rt_chan_send(arg, NULL);
}

static void starts(void *arg)
{
	rt_chan *c = rt_chan_make(0, 0);

	(void)arg;
	while (step(4)) {
		rt_go(start_and_end, c);
		rt_go(start_and_end, c);
		check(rt_chan_recv(c, NULL));
		check(rt_chan_recv(c, NULL));
	}
	rt_waitgroup_done(&workers);
}

static void locked(void *arg)
{
	int64_t tid;

	(void)arg;
	rt_lock_os_thread();
	tid = gettid();
	while (step(5)) {
		rt_gosched();
		equal(gettid(), tid);
	}
	rt_unlock_os_thread();
	rt_waitgroup_done(&workers);
}

static void start_workers(void)
{
	static rt_func *const kind[] = { yields, talks, sleeps, calls, starts, locked };
	int kinds = sizeof kind / sizeof kind[0];

	rt_waitgroup_add(&workers, kinds * Workers);
	for (int i = 0; i < kinds * Workers; i++)
		rt_go(kind[i % kinds], NULL);
}

// Has each kind of worker made more steps than before?
static bool gone_on(const int64_t before[6])
{
	for (int i = 0; i < 6; i++) {
		if (steps[i] <= before[i])
			return false;
	}
	return true;
}

// 1, 2, ... Highest, ... 2, 1 and again; nobody else sets it meanwhile.
static void up_and_down(int64_t end)
{
	static const int64_t begun[] = { Workers, Workers, Workers, Workers, Workers, Workers };
	int now = rt_gomaxprocs(1);

	for (now = 1; rt_nanotime() < end || !gone_on(begun);) {
		for (int n = 2; n <= Highest; n++, now++)
			equal(rt_gomaxprocs(n), now);
		for (int n = Highest - 1; n >= 1; n--, now--)
			equal(rt_gomaxprocs(n), now);
		equal(rt_gomaxprocs(0), 1);
		equal(rt_gomaxprocs(-1), 1);
		rt_gosched();
	}
}

static void set(void *arg)
{
	uint64_t seed = (uint64_t)(intptr_t)arg + 1;

	while (!stop) {
		int was = rt_gomaxprocs(1 + (int)(next_random(&seed) % Highest));

		check(was >= 1 && was <= Highest);
		rt_gosched();
	}
	rt_waitgroup_done(&setters);
}

static void at_the_same_time(int64_t end)
{
	int64_t before[6];

	for (int i = 0; i < 6; i++)
		before[i] = steps[i];
	rt_waitgroup_add(&setters, Setters);
	for (intptr_t i = 0; i < Setters; i++)
		rt_go(set, (void *)i);
	while (rt_nanotime() < end || !gone_on(before))
		rt_gosched();
	stop = 1;
	rt_waitgroup_wait(&setters);
}

// What a goroutine wrote before a change is there after it.
static void nothing_lost(void)
{
	static int seen[1000];

	rt_waitgroup_add(&workers, 1000);
	for (int i = 0; i < 1000; i++) {
		rt_go(set_one, &seen[i]);
		if (i % 100 == 99)
			rt_gomaxprocs(1 + i / 100 % 5);
	}
	rt_waitgroup_wait(&workers);
	for (int i = 0; i < 1000; i++)
		equal(seen[i], 1);
}

int rt_main(int argc, char **argv)
{
	int64_t half = argument(argc, argv, 700) * RT_MILLISECOND / 2;

	nothing_lost();
	start_workers();
	up_and_down(rt_nanotime() + half);
	at_the_same_time(rt_nanotime() + half);
	rt_waitgroup_wait(&workers);
	while (rt_num_goroutine() != 1)
		rt_gosched();
	return 0;
}
