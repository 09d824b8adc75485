// tests/programs/sigpipe.c - a program that has asked for SIGPIPE gets it, once for each write
// to a broken pipe, and the error, at descriptor 1 too.
#include "../lib/test.h"

#include <signal.h>

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(sizeof(int), 4);
	int p[2], sig = 0;

	(void)argc, (void)argv;
	equal(rt_signal_notify(SIGPIPE, c), 0);
	equal(rt_pipe(p), 0);
	rt_close(p[0]);
	rt_syscall(SYS_dup3, p[1], 1, 0);
	for (int i = 0; i < 3; i++) {
		equal(rt_write(i & 1 ? p[1] : 1, "x", 1), -32);
		check(rt_chan_recv(c, &sig));
		equal(sig, SIGPIPE);
		equal(rt_chan_len(c), 0);
	}
	return 0;
}
