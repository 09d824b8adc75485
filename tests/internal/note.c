// tests/internal/note.c - one-shot events between threads.
//
// Promises: a sleep with a limit ends, false, not before it; a note that is signalled
// makes it return true at once, with any limit; no wake-up is lost between two threads,
// also when it comes just as the time is over.
// matrix: GOMAXPROCS=1,2,4
#include "internal.h"
#include "runtime/sched/entersyscall.h"

enum { Rounds = 5000, Late = 2000 };

static Note there, back;
static int64_t ball; // only the woken thread may touch it
static rt_waitgroup all;

static void limits(void)
{
	static const int64_t ns[] = { 0, 1, 1000, 1000000, 20000000 };
	Note n = { 0 };

	for (uint32_t i = 0; i < nelem(ns); i++) {
		int64_t start = nanotime();

		check(!notetsleep(&n, ns[i]));
		check(nanotime() - start >= ns[i]);
		start = nanotime();
		check(!notetsleepg(&n, ns[i]));
		check(nanotime() - start >= ns[i]);
	}
	notewakeup(&n);
	for (uint32_t i = 0; i < nelem(ns); i++) {
		check(notetsleep(&n, ns[i]));
		check(notetsleepg(&n, ns[i]));
	}
	check(notetsleep(&n, -1));
	check(notetsleepg(&n, -1));
	noteclear(&n);
	check(!notetsleep(&n, 1));
}

static void sleepfn(void *arg)
{
	notesleep(arg);
}

static void answer(void *arg)
{
	(void)arg;
	rt_lock_os_thread();
	for (int i = 0; i < Rounds; i++) {
		check(notetsleepg(&there, -1));
		noteclear(&there);
		equal(ball, 2 * i + 1);
		ball++;
		notewakeup(&back);
	}
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

static void pingpong(void)
{
	rt_lock_os_thread();
	rt_waitgroup_add(&all, 1);
	rt_go(answer, NULL);
	for (int i = 0; i < Rounds; i++) {
		ball++;
		notewakeup(&there);
		check(notetsleepg(&back, 1000 * RT_SECOND));
		noteclear(&back);
		equal(ball, 2 * i + 2);
	}
	rt_waitgroup_wait(&all);
	rt_unlock_os_thread();
}

static Note late[Late];

static void wakelate(void *arg)
{
	(void)arg;
	for (int i = 0; i < Late; i++) {
		procyield(fastrandn(200));
		notewakeup(&late[i]);
	}
	rt_waitgroup_done(&all);
}

// The wake-up and the end of the time compete: in either case the note is signalled in the
// end, and a second sleep sees it.
static void races(void)
{
	rt_waitgroup_add(&all, 1);
	rt_go(wakelate, NULL);
	for (int i = 0; i < Late; i++) {
		if (!notetsleepg(&late[i], fastrandn(20000)))
			check(notetsleepg(&late[i], -1));
		equal(late[i].key, 1);
	}
	rt_waitgroup_wait(&all);
	systemstack(sleepfn, &late[0]); // notesleep on g0 returns at once, too
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	limits();
	pingpong();
	races();
	return 0;
}
