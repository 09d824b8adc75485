// tests/crash/fork_waits.c - in a child made by fork a goroutine that waits for another is a
// fatal error: the others are the parent's.
// matrix: GOMAXPROCS=1,4
// stderr: fatal error: a goroutine waits in a forked child
// stdout: ok
// arch: not arm64: Linux has no call fork there
#include "../lib/test.h"

static rt_chan *never;

static void sender(void *arg)
{
	(void)arg;
	rt_chan_send(never, NULL);
}

int rt_main(int argc, char **argv)
{
	int64_t pid;
	int status;

	(void)argc;
	(void)argv;
	never = rt_chan_make(0, 0);
	pid = rt_syscall(SYS_fork);
	if (pid == 0) {
		rt_go(sender, NULL);
		rt_chan_recv(never, NULL);
		rt_exit(0);
	}
	equal(rt_syscall(SYS_wait4, pid, &status, 0, 0), pid);
	equal(status, 2 << 8);
	rt_printf("ok\n");
	return 0;
}
