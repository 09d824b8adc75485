// tests/programs/lockthread.c - a locked goroutine and its thread belong together.
//
//	lockthread [N]	N goroutines end locked (default 1000)
//
// Promises: the thread does not change over yields, channels, sleeps and system calls, also
// for the main goroutine; locks nest; no other goroutine runs there; a goroutine that ends
// locked ends its thread; a locked goroutine can start others.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/bare.h"
#include "../lib/rounds.h"
#include "../lib/test.h"

#include <fcntl.h>

enum {
	Locked = 8,   // at once
	Rounds = 300,
	Spare = 16,   // threads that may come for other reasons
};

static rt_waitgroup all, roamers;
static _Atomic(int) stop;
static _Atomic(int64_t) owned[Locked]; // their threads

// The entries of /proc/self/task without . and ..
static int threads(void)
{
	static _Alignas(8) char entries[65536];
	int fd = rt_open("/proc/self/task", O_RDONLY | O_DIRECTORY, 0), count = 0;
	int64_t n;

	check(fd >= 0);
	while ((n = rt_syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0) {
		for (int64_t at = 0; at < n; count++)
			at += *(uint16_t *)(entries + at + 16); // d_reclen
	}
	equal(n, 0);
	equal(rt_close(fd), 0);
	return count - 2;
}

// Is gettid, without a place where the goroutine may change its thread.
static int64_t thread_now(void)
{
	return bare(SYS_gettid, 0, 0, 0);
}

// Whether this goroutine runs on the thread that the i-th locked one owns. Once is not
// enough: it may have been moved after the first look.
static bool trespasses(int i)
{
	for (int look = 0; look < 3; look++) {
		if (owned[i] != thread_now())
			return false;
	}
	return true;
}

// Goroutines that run wherever they are put, and never on a locked goroutine's thread.
static void roam(void *arg)
{
	(void)arg;
	while (!stop) {
		for (int i = 0; i < Locked; i++)
			check(!trespasses(i));
		rt_gosched();
	}
	rt_waitgroup_done(&roamers);
}

static void say(void *arg)
{
	int64_t tid = gettid();

	rt_chan_send(arg, &tid);
}

static void stay(void *arg)
{
	intptr_t me = (intptr_t)arg;
	rt_chan *c = rt_chan_make(sizeof(int64_t), 0);
	int64_t tid, other;

	rt_lock_os_thread();
	tid = gettid();
	owned[me] = tid;
	for (int i = 0, n = rounds(Rounds); i < n; i++) {
		rt_gosched();
		equal(gettid(), tid);
		rt_go(say, c); // a locked goroutine starts others
		check(rt_chan_recv(c, &other));
		check(other != tid);
		equal(gettid(), tid);
		if (i % 50 == 0)
			rt_sleep(50 * RT_MICROSECOND);
		equal(gettid(), tid);
	}
	owned[me] = 0;
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

static void belong_together(void)
{
	rt_waitgroup_add(&all, Locked);
	for (intptr_t i = 0; i < Locked; i++)
		rt_go(stay, (void *)i);
	rt_waitgroup_wait(&all);
}

static void alone(void *arg)
{
	_Atomic(int64_t) *tid = arg;

	while (!stop) {
		check(gettid() != *tid);
		rt_gosched();
	}
	rt_waitgroup_done(&all);
}

// After n of m unlocks the goroutine is still tied, as nobody else runs on its thread.
static void nesting(void)
{
	_Atomic(int64_t) tid = 0;

	rt_unlock_os_thread(); // not locked: nothing happens
	for (int i = 0; i < 5; i++)
		rt_lock_os_thread();
	tid = gettid();
	stop = 0;
	rt_waitgroup_add(&all, 4);
	for (int i = 0; i < 4; i++)
		rt_go(alone, (void *)&tid);
	for (int i = 0; i < 4; i++) {
		rt_unlock_os_thread();
		for (int j = 0; j < 50; j++) {
			rt_gosched();
			equal(gettid(), tid);
		}
	}
	stop = 1;
	rt_waitgroup_wait(&all);
	rt_unlock_os_thread();
	rt_unlock_os_thread();
}

static void end_locked(void *arg)
{
	int64_t tid;

	rt_lock_os_thread();
	tid = gettid();
	rt_lock_os_thread();
	equal(gettid(), tid);
	rt_gosched();
	equal(gettid(), tid);
	rt_chan_send(arg, &tid);
}

// Threads end a moment after their goroutines: this waits for them, and the runner
// ends the wait.
static void threads_end(int64_t n)
{
	rt_chan *c = rt_chan_make(sizeof(int64_t), 0);
	int64_t tid;
	int before = threads();

	for (int64_t i = 0; i < n; i++) {
		rt_go(end_locked, c);
		if (i % 7 == 6 || i + 1 == n) { // some at once
			for (int64_t j = i % 7; j >= 0; j--)
				check(rt_chan_recv(c, &tid));
		}
	}
	while (threads() > before + Spare)
		rt_gosched();
	while (rt_num_goroutine() != 1)
		rt_gosched();
}

static void main_locked(void)
{
	int64_t tid;

	rt_lock_os_thread();
	tid = gettid();
	stop = 0;
	rt_waitgroup_add(&roamers, 4);
	for (int i = 0; i < 4; i++)
		rt_go(roam, NULL);
	belong_together();
	equal(gettid(), tid);
	stop = 1;
	rt_waitgroup_wait(&roamers);
	equal(gettid(), tid);
	rt_unlock_os_thread();
}

int rt_main(int argc, char **argv)
{
	int64_t n = rounds((int)argument(argc, argv, 1000));

	main_locked();
	nesting();
	belong_together();
	threads_end(n);
	return 0;
}
