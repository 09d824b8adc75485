// tests/crash/musl_handler_panic.c - with musl, a panic or a fault in a signal handler of the
// program's ends the process, whatever the goroutine that it has interrupted would recover from.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// matrix: HOW=panic,fault
// stderr~: ^(panic: in the handler|SIGSEGV: segmentation violation)\n(.*\n)*runtime stack:\n(rt_panic.*\n.*\n|inner.*\n.*\n)*handler\(\.\.\.\)\n(.*\n)*\ngoroutine 1 \[running, locked to thread\]:\nsends\(\.\.\.\)\n(.*\n)*rt_main\(\.\.\.\)\n
// exit: 2
#include "../lib/raw.h"
#include "../lib/test.h"

#include <signal.h>
#include <unistd.h>

static int *volatile nowhere;
static volatile int kept;

static __attribute__((noinline)) void inner(void)
{
	(void)*(volatile int *)nowhere;
	nowhere = NULL;
}

static void handler(int sig)
{
	if (rt_getenv("HOW")[0] == 'p')
		rt_panic("in the handler");
	inner();
	kept = sig;
}

static void sends(void *unused)
{
	rt_lock_os_thread();
	RAW_CALL3(SYS_tgkill, getpid(), gettid(), SIGUSR1);
	kept = unused != NULL;
}

int rt_main(int argc, char **argv)
{
	char text[100];

	(void)argc, (void)argv;
	signal(SIGUSR1, handler);
	kept = rt_recover(sends, NULL, text, sizeof text);
	return kept;
}
