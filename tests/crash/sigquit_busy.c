// tests/crash/sigquit_busy.c - SIGQUIT is reported while all processors are at work.
// matrix: GOMAXPROCS=1,2,4,64
// stderr~: \ASIGQUIT: quit\nPC=0x[0-9a-f]+ m=[0-9]+ sigcode=0\n\n
// stderr~: ^goroutine 1 \[
// stderr~: ^created by rt_main in goroutine 1$
// stderr~: ^(rip|pc) +0x[0-9a-f]+\n(rflags|pstate) 0x[0-9a-f]+\n
// exit: 2
#include <rt.h>

#include <sys/syscall.h>

static void yields(void *arg)
{
	(void)arg;
	for (;;)
		rt_gosched();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int i = 0; i < 8; i++)
		rt_go(yields, NULL);
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 3);
	yields(NULL);
	return 0;
}
