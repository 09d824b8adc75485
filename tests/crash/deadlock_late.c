// tests/crash/deadlock_late.c - a deadlock is seen after other goroutines have ended, slept and
// made system calls, whichever is the last to wait.
// matrix: GOMAXPROCS=1,2,4,64
// repeat: 3
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: goroutine 1 [chan receive]:
// exit: 2
#include <rt.h>

static void sleeps(void *arg)
{
	(void)arg;
	rt_sleep(3 * RT_MILLISECOND);
}

static void calls(void *arg)
{
	int fd[2];
	char c;

	(void)arg;
	if (rt_pipe(fd) == 0 && rt_write(fd[1], "x", 1) == 1)
		rt_read(fd[0], &c, 1);
}

static void ends_locked(void *arg)
{
	(void)arg;
	rt_lock_os_thread();
	rt_gosched();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < 10; i++) {
		rt_go(sleeps, NULL);
		rt_go(calls, NULL);
		rt_go(ends_locked, NULL);
	}
	rt_chan_recv(rt_chan_make(0, 3), NULL);
	return 0;
}
