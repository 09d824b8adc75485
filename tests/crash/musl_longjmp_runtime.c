// tests/crash/musl_longjmp_runtime.c - with musl, a siglongjmp out of a signal handler that has
// interrupted another goroutine, or the runtime: a fatal error that says so.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// matrix: HOW=goroutine,runtime
// stderr~: ^fatal error: longjmp out of a signal handler (to what it has not interrupted|that has interrupted the runtime)\n\nruntime stack:\n(.*\n)*\ngoroutine [0-9]+ \[(running|syscall)\]:\n(.*\n)*(sends|rt_main)\(\.\.\.\)\n
// exit: 2
#include "../lib/test.h"

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

static sigjmp_buf here;
static volatile int kept;

static void handler(int sig)
{
	siglongjmp(here, sig);
	kept = sig;
}

static void sends(void *unused)
{
	(void)unused;
	raise(SIGUSR1);
	kept = 1;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	signal(SIGUSR1, handler);
	if (sigsetjmp(here, 1) != 0)
		return 1;
	if (rt_getenv("HOW")[0] == 'r') // the runtime's own system call is interrupted
		rt_syscall(SYS_tgkill, getpid(), rt_syscall(SYS_gettid), SIGUSR1);
	rt_go(sends, NULL);
	rt_sleep(RT_SECOND * 1000);
	return 1;
}
