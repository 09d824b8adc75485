// tests/programs/sleep_no_descriptor.c - timers need no descriptor: without one left the poller sleeps
// and is woken for earlier timers; it watches descriptors as soon as there is one for it, also
// while it sleeps.
// matrix: GOMAXPROCS=1,2,4,64
// repeat: 20
// timeout: 60
#include "../lib/waiting.h"

#include <asm-generic/resource.h>
#include <fcntl.h>

enum { Sleepers = 20 };

typedef struct {
	uint64_t current, max;
} Limit;

static rt_waitgroup all, ready;
static int pipes[2];

static void limit(uint64_t n)
{
	Limit l;

	equal(rt_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &l), 0);
	l.current = n;
	equal(rt_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &l, NULL), 0);
}

static void sleeps(void *ms)
{
	int64_t start = rt_nanotime(), d = (int64_t)(intptr_t)ms * RT_MILLISECOND;

	rt_waitgroup_done(&ready);
	rt_sleep(d);
	check(rt_nanotime() - start >= d);
	rt_waitgroup_done(&all);
}

static void starts(int64_t ms)
{
	rt_waitgroup_add(&ready, 1);
	rt_waitgroup_add(&all, 1);
	rt_go(sleeps, (void *)(intptr_t)ms);
	rt_waitgroup_wait(&ready);
}

static void reads(void *unused)
{
	char c = 0;

	(void)unused;
	equal(rt_read(pipes[0], &c, 1), 1);
	equal(c, 'x');
	rt_waitgroup_done(&all);
}

static void sleeps_for_ever(void *unused)
{
	(void)unused;
	rt_sleep(1000 * RT_SECOND);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	equal(rt_syscall(SYS_pipe2, pipes, O_NONBLOCK), 0);
	limit(0);
	check(rt_syscall(SYS_dup, 0) == -EMFILE);

	// Each is due before those that were there.
	for (int i = Sleepers; i > 0; i--)
		starts(i);
	rt_waitgroup_wait(&all);
	rt_go(sleeps_for_ever, NULL);
	await_in(1, "sleep"); // then the poller sleeps for it
	rt_sleep(RT_MILLISECOND);

	limit(100);
	rt_waitgroup_add(&all, 1);
	rt_go(reads, NULL);
	await_in(1, "IO wait");
	rt_sleep(RT_MILLISECOND);
	equal(rt_syscall(SYS_write, pipes[1], "x", 1), 1);
	rt_waitgroup_wait(&all);
	starts(1);
	rt_waitgroup_wait(&all);
	return 0;
}
