// tests/arch/amd64/programs/signalstorm.c - signals of all kinds, as fast as they can be sent,
// for the seconds of the argument: loops keep their registers, red zone and vector state, calls
// are begun again when interrupted, faults are recovered from, and nothing is lost.
// args: 10
// matrix: GOMAXPROCS=2,4
// hosted: not thread/clang: a loop without calls keeps its processor there
#define rt_main preempt_main
#include "preempt.c"
#undef rt_main
#include "../../../lib/test.h"

#include <signal.h>

enum { Counted = 40 }; // a real-time signal: the kernel queues each that is sent

static _Atomic(bool) over;
static rt_waitgroup wg, senders;
static rt_chan *wanted;
static _Atomic(int64_t) sent, got;

static void sends(void *sig)
{
	int64_t pid = rt_syscall(SYS_getpid);

	while (!over) {
		if (rt_syscall(SYS_kill, pid, (int)(intptr_t)sig) == 0 && (intptr_t)sig == Counted)
			sent++;
		rt_gosched();
	}
	rt_waitgroup_done(&senders);
}

static void receives(void *unused)
{
	int sig;

	(void)unused;
	while (rt_chan_recv(wanted, &sig)) {
		if (sig == Counted)
			got++;
	}
	rt_waitgroup_done(&wg);
}

// A byte at a time through a pipe that is mostly empty: the reads block.
static void writes(void *arg)
{
	int fd = *(int *)arg;

	for (uint8_t n = 0; !over; n++) {
		equal(rt_write(fd, &n, 1), 1);
		rt_sleep(100 * RT_MICROSECOND);
	}
	rt_close(fd);
	rt_waitgroup_done(&wg);
}

static void reads(void *arg)
{
	int fd = *(int *)arg;
	int64_t r;

	for (uint8_t n = 0, c = 0; (r = rt_read(fd, &c, 1)) != 0; n++) {
		equal(r, 1);
		equal(c, n);
	}
	rt_close(fd);
	rt_waitgroup_done(&wg);
}

static void faults(void *arg)
{
	*(volatile int *)arg = 1;
}

static void recovers(void *unused)
{
	char text[64];

	(void)unused;
	while (!over) {
		check(rt_recover(faults, NULL, text, 14));
		check(same(text, "runtime error"));
		rt_gosched();
	}
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	int pipe[2];

	(void)preempt_main;
	wanted = rt_chan_make(sizeof(int), 100000);
	check(rt_pipe(pipe) == 0);
	equal(rt_signal_notify(SIGUSR1, wanted), 0);
	equal(rt_signal_notify(Counted, wanted), 0);
	startloops();
	rt_waitgroup_add(&wg, 4);
	rt_waitgroup_add(&senders, 4);
	rt_go(receives, NULL);
	rt_go(writes, &pipe[1]);
	rt_go(reads, &pipe[0]);
	rt_go(recovers, NULL);
	rt_go(sends, (void *)SIGUSR1);
	rt_go(sends, (void *)SIGUSR2); // not asked for
	rt_go(sends, (void *)SIGURG); // from outside
	rt_go(sends, (void *)Counted);
	rt_sleep(argument(argc, argv, 2) * RT_SECOND);
	over = true;
	stop = 1;
	rt_waitgroup_wait(&senders);
	for (int i = 0; i < 5000 && got != sent; i++)
		rt_sleep(RT_MILLISECOND);
	rt_signal_stop(wanted);
	rt_chan_close(wanted);
	rt_waitgroup_wait(&wg);
	equal(failures, 0);
	equal(got, sent);
	check(sent > 0);
	return 0;
}
