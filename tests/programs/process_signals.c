// tests/programs/process_signals.c - a child has the dispositions and the mask that this process
// was started with, whatever its own handlers are, or none at all if the options say so.
// matrix: GOMAXPROCS=1,2,4,64
// stdout: ok
// arch: not qemu: it executes no program for the processor that it emulates
#include "../lib/test.h"

#include <signal.h>

typedef struct {
	void *handler;
	uint64_t flags;
	void *restorer;
	uint64_t mask;
} KernelAction;

static uint64_t bit(int sig)
{
	return (uint64_t)1 << (sig - 1);
}

// What the child's /proc/self/status says of its signals: blocked, ignored, caught.
static void signals_of(uint32_t flags, uint64_t *mask)
{
	static const char *const names[] = { "SigBlk:\t", "SigIgn:\t", "SigCgt:\t" };
	static char text[4096];
	char *args[] = { "cat", "/proc/self/status", NULL };
	int p[2], status;
	rt_process *child;
	int64_t n, at = 0;

	equal(rt_pipe(p), 0);
	equal(rt_process_start(&child, "cat", args, &(rt_process_options){
		.fds = (int[]){ 0, p[1], 2 }, .nfds = 3,
		.flags = flags | RT_PROCESS_SEARCH }), 0);
	rt_close(p[1]);
	while ((n = rt_read(p[0], text + at, sizeof text - 1 - at)) > 0)
		at += n;
	rt_close(p[0]);
	text[at] = '\0';
	equal(rt_process_wait(child, &status), 0);
	equal(status, 0);
	for (int i = 0; i < 3; i++) {
		const char *s = text;

		while (__builtin_memcmp(s, names[i], 8) != 0)
			check(*s++);
		mask[i] = 0;
		for (s += 8; *s != '\n'; s++)
			mask[i] = mask[i] << 4 | (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
	}
}

// Ignored from the start are HUP, TERM, USR1 and PIPE, blocked is USR2.
static int second(void)
{
	uint64_t mask[3];
	rt_chan_of(int) c = rt_make_chan(int, 1);

	for (int i = 0; i < 2; i++) {
		signals_of(0, mask);
		equal(mask[0], bit(SIGUSR2));
		equal(mask[1], bit(SIGHUP) | bit(SIGTERM) | bit(SIGUSR1) | bit(SIGPIPE));
		equal(mask[2], 0);
		signals_of(RT_PROCESS_CLEAR_SIGNALS, mask);
		equal(mask[0], 0);
		equal(mask[1], 0);
		equal(mask[2], 0);
		// And the second time with handlers that the program has asked for.
		equal(rt_signal_notify(SIGTERM, rt_untyped(c)), 0);
		equal(rt_signal_notify(SIGHUP, rt_untyped(c)), 0);
		equal(rt_signal_notify(SIGINT, rt_untyped(c)), 0);
	}
	rt_printf("ok\n");
	return 0;
}

static void become_second(void)
{
	static const int ignored[] = { SIGHUP, SIGTERM, SIGUSR1, SIGPIPE };
	char *args[] = { "process_signals", "second", NULL };
	KernelAction ignore = { .handler = (void *)(intptr_t)1 }, usual = { 0 };
	uint64_t blocked = bit(SIGUSR2);

	for (int sig = 1; sig <= 64; sig++)
		rt_syscall(SYS_rt_sigaction, sig, &usual, NULL, 8);
	for (int i = 0; i < 4; i++)
		check(rt_syscall(SYS_rt_sigaction, ignored[i], &ignore, NULL, 8) == 0);
	rt_syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, 8);
	rt_syscall(SYS_execve, "/proc/self/exe", args, rt_environ());
	rt_exit(98);
}

int rt_main(int argc, char **argv)
{
	int64_t pid;
	int status;

	(void)argv;
	if (argc > 1)
		return second();
	pid = rt_syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		become_second();
	equal(rt_syscall(SYS_wait4, pid, &status, 0, NULL), pid);
	return status >> 8 | (status & 0x7f);
}
