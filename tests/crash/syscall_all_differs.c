// tests/crash/syscall_all_differs.c - a call of rt_syscall_all that has another result on another
// thread is a fatal error.
// matrix: GOMAXPROCS=1,4
// hosted: not any: there may be threads that are not the runtime's, so rt_syscall_all is refused
// stderr~: \Afatal error: rt_syscall_all: call (186|178) returned [0-9]+, but [0-9]+ on thread [0-9]+\n\ngoroutine 1 \[running\]:\n
// exit: 2
#include <rt.h>

#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_syscall_all(SYS_gettid);
	return 0;
}
