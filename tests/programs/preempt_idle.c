// tests/programs/preempt_idle.c - a goroutine that the network wakes after the process was idle
// for long, and that makes no system call, gives its processor back when its time is up.
// env: GOMAXPROCS=1
// timeout: 60
#include "../lib/bare.h"
#include "../lib/test.h"

static const int64_t TooLong = 5 * (int64_t)1000000000; // ns; a slice has 10 ms

static int first[2], second[2];
static _Atomic(bool) ran;
static rt_waitgroup wg;

static void spin(void *arg)
{
	char c[2];
	int64_t begin;

	(void)arg;
	equal(rt_read(first[0], c, sizeof c), 1);
	begin = rt_nanotime();
	while (!ran && rt_nanotime() - begin < TooLong)
		;
	check(ran);
	rt_waitgroup_done(&wg);
}

static void other(void *arg)
{
	char c[2];

	(void)arg;
	equal(rt_read(second[0], c, sizeof c), 1);
	ran = true;
	rt_waitgroup_done(&wg);
}

// Another process, since a timer or a thread of this one would wake the monitor.
static void writelater(void)
{
	int64_t pause[2] = { 0, 300 * 1000 * 1000 };

	if (barefork() != 0)
		return;
	bare(SYS_nanosleep, (int64_t)pause, 0, 0);
	bare(SYS_write, first[1], (int64_t)"x", 1);
	bare(SYS_write, second[1], (int64_t)"x", 1);
	bare(SYS_exit_group, 0, 0, 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	equal(rt_pipe(first), 0);
	equal(rt_pipe(second), 0);
	rt_waitgroup_add(&wg, 2);
	rt_go(spin, NULL);
	rt_go(other, NULL);
	writelater();
	rt_waitgroup_wait(&wg);
	return 0;
}
