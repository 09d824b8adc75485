// tests/crash/sigpipe.c - a write to a broken pipe at descriptor 1 ends the process by SIGPIPE;
// at another descriptor it is an error.
// exit: signal 13
#include <rt.h>
#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	int p[2];

	(void)argc, (void)argv;
	rt_pipe(p);
	rt_close(p[0]);
	if (rt_write(p[1], "x", 1) != -32)
		return 1;
	rt_syscall(SYS_dup3, p[1], 1, 0);
	rt_write(1, "x", 1);
	return 2;
}
