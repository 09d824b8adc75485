// tests/crash/signal_after_stop.c - SIGTERM is delivered while it is asked for, and ends the
// process again after that.
// matrix: GOMAXPROCS=1,4
// stdout: received
// exit: signal 15
#include <rt.h>

#include <signal.h>
#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 1);
	int sig;

	(void)argc, (void)argv;
	rt_signal_notify(SIGTERM, c);
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), SIGTERM);
	rt_chan_recv(c, &sig);
	if (sig != 15)
		return 1;
	rt_printf("received\n");
	rt_signal_stop(c);
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), SIGTERM);
	rt_sleep(10 * RT_SECOND);
	return 1;
}
