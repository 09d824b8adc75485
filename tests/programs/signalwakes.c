// tests/programs/signalwakes.c - a program that has asked for a signal may wait for nothing else:
// that is no deadlock.
// matrix: GOMAXPROCS=1,4
#include "../lib/test.h"

#include <signal.h>

int rt_main(int argc, char **argv)
{
	const int64_t interval[4] = { 0, 50000, 0, 50000 }; // us
	rt_chan *c = rt_chan_make(sizeof(int), 1);
	int sig = 0;

	(void)argc, (void)argv;
	equal(rt_signal_notify(SIGALRM, c), 0);
	equal(rt_syscall(SYS_setitimer, 0, interval, NULL), 0);
	for (int i = 0; i < 3; i++) {
		check(rt_chan_recv(c, &sig));
		equal(sig, SIGALRM);
	}
	return 0;
}
