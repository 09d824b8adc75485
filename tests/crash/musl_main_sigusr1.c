// tests/crash/musl_main_sigusr1.c - a C program dies by a signal that it does not handle, also
// after rt_signal_stop.
// cflags: --musl
// env: NOTIFY=
// env: NOTIFY=yes
// exit: signal 10
#include <rt.h>

#include <signal.h>
#include <stdlib.h>

int main(void)
{
	rt_chan *c = rt_chan_make(sizeof(int), 1);
	int sig = 0;

	if (*getenv("NOTIFY")) {
		rt_signal_notify(SIGUSR1, c);
		raise(SIGUSR1);
		rt_chan_recv(c, &sig);
		if (sig != SIGUSR1)
			return 1;
		rt_signal_stop(c);
	}
	raise(SIGUSR1);
	return 2;
}
