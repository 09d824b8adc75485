// tests/crash/sigsegv_sent.c - a SIGSEGV that someone sent is not taken for an access of the
// program's.
// matrix: GOMAXPROCS=1,4
// stderr~: \ASIGSEGV: segmentation violation\nPC=0x[0-9a-f]+ m=[0-9]+ sigcode=0 addr=0x[0-9a-f]+\n\n
// exit: 2
#include <rt.h>
#include <signal.h>
#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), SIGSEGV);
	rt_sleep(10 * RT_SECOND);
	return 0;
}
