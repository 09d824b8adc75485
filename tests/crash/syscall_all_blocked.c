// tests/crash/syscall_all_blocked.c - a thread that has all signals blocked for good does not
// keep rt_syscall_all waiting: the process ends, and says why.
// hosted: not any: there may be threads that are not the runtime's, so rt_syscall_all is refused
// stderr~: ^fatal error: rt_syscall_all: no answer from thread [0-9]+: does it block SIGURG\?\n\ngoroutine 1 \[running\]:\n
// exit: 2
#include <rt.h>

#include <sys/syscall.h>

static void blocks(void *c)
{
	uint64_t all = ~(uint64_t)0;

	rt_lock_os_thread();
	rt_syscall(SYS_rt_sigprocmask, 0, &all, NULL, sizeof all);
	rt_chan_send(c, NULL);
	rt_chan_recv(c, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	rt_go(blocks, c);
	rt_chan_recv(c, NULL);
	rt_syscall_all(SYS_umask, 022);
	return 0;
}
