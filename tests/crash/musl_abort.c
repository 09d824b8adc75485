// tests/crash/musl_abort.c - with musl: abort ends the process by SIGABRT, also if the signal is
// ignored, blocked, or handled by a handler that returns.
// cflags: --musl
// matrix: HOW=default,ignored,blocked,handled
// exit: signal 6
#include "../lib/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void returns(int sig)
{
	(void)sig;
}

static void run(void *unused)
{
	const char *how = getenv("HOW");
	sigset_t set;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGABRT);
	if (strcmp(how, "default") == 0)
		signal(SIGABRT, SIG_DFL);
	else if (strcmp(how, "ignored") == 0)
		signal(SIGABRT, SIG_IGN);
	else if (strcmp(how, "blocked") == 0)
		sigprocmask(SIG_BLOCK, &set, NULL), signal(SIGABRT, SIG_DFL);
	else
		signal(SIGABRT, returns);
	abort();
}

int rt_main(int argc, char **argv)
{
	rt_chan *never = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	rt_go(run, NULL);
	rt_chan_recv(never, NULL);
	return 0;
}
