// tests/crash/sigterm.c - SIGTERM kills as if there were no runtime.
// stderr~: \A\Z
// matrix: GOMAXPROCS=1,4
// exit: signal 15
#include <rt.h>
#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 15);
	rt_sleep(10 * RT_SECOND);
	return 0;
}
