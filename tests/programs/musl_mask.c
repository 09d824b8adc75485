// tests/programs/musl_mask.c - with musl: functions of the library that block signals and wait leave
// no thread with signals blocked, whatever thread their goroutine continues on.
// cflags: --musl
// arch: not qemu: the signals that it shows as blocked are the emulator's
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 60
#include "../lib/blocked.h"

#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Goroutines = 4, Rounds = 10, Actions = 5000 };

static rt_waitgroup all;

static void ends(int pid)
{
	int status;

	check(pid > 0);
	equal(waitpid(pid, &status, 0), pid);
	equal(status, 0);
}

static void terminals(void *unused)
{
	(void)unused;
	for (int i = 0; i < Rounds; i++) {
		int fd, pid = forkpty(&fd, NULL, NULL, NULL);

		if (pid == 0)
			_exit(0);
		ends(pid);
		close(fd);
	}
	rt_waitgroup_done(&all);
}

static void handler(int sig)
{
	(void)sig;
}

static void actions(void *unused)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };

	(void)unused;
	for (int i = 0; i < Actions; i++)
		equal(sigaction(SIGUSR1, &sa, NULL), 0);
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&all, 2 * Goroutines);
	for (int i = 0; i < Goroutines; i++) {
		rt_go(terminals, NULL);
		rt_go(actions, NULL);
	}
	rt_waitgroup_wait(&all);
	await_none_blocked();
	return 0;
}
