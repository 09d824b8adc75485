// tests/crash/signals_ignored.c - signals that are not for ending a process are swallowed.
// matrix: GOMAXPROCS=1,4
// exit: 2
// stderr~: \Apanic: alive
#include <rt.h>
#include <sys/syscall.h>

int rt_main(int argc, char **argv)
{
	static const int signals[] = { 10, 12, 17, 18, 23, 28 }; // USR1 USR2 CHLD CONT URG WINCH

	(void)argc, (void)argv;
	for (int i = 0; i < 6; i++) {
		rt_syscall(SYS_kill, rt_syscall(SYS_getpid), signals[i]);
		rt_gosched();
	}
	rt_panic("alive");
}
