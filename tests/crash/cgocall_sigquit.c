// tests/crash/cgocall_sigquit.c - SIGQUIT while a function runs by rt_cgocall: the report has
// that function and its goroutine.
// matrix: GOMAXPROCS=1,4
// stderr: SIGQUIT: quit
// stderr~: ^runtime stack:\nquit\(\.\.\.\)\n\t.*\nouter\(\.\.\.\)\n\t.*\n\ngoroutine 1 \[syscall\]:\nrt_cgocall\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// exit: 2
#include "../lib/bare.h"
#include "../lib/test.h"

#include <signal.h>

static volatile int kept;

static __attribute__((noinline)) void quit(void)
{
	bare(SYS_tgkill, bare(SYS_getpid, 0, 0, 0), bare(SYS_gettid, 0, 0, 0), SIGQUIT);
	kept = 1;
}

static __attribute__((noinline)) void outer(void *unused)
{
	(void)unused;
	quit();
	kept = 2;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_cgocall(outer, NULL);
	return 0;
}
