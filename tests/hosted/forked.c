// tests/hosted/forked.c - a child that rt_syscall has made ends by rt_exit, whatever its parent's
// goroutines were doing: no lock of the C library or of a sanitizer keeps it.
// sanitizer: plain address thread
// stdout: done
// matrix: GOMAXPROCS=1,4
// env: TSAN_OPTIONS=atexit_sleep_ms=0
#include "../lib/test.h"

#include <signal.h>

enum { Children = 10, Churning = 2 };

static _Atomic(bool) over;
static rt_waitgroup churning;

static void churn(void *unused)
{
	(void)unused;
	while (!over) {
		rt_free(rt_malloc(1000));
		rt_go(nothing, NULL);
		rt_gosched();
	}
	rt_waitgroup_done(&churning);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&churning, Churning);
	for (int i = 0; i < Churning; i++)
		rt_go(churn, NULL);
	for (int i = 0; i < Children; i++) {
		int64_t pid = i % 2 ? rt_syscall(SYS_fork) : rt_syscall(SYS_clone, SIGCHLD, 0);
		int status = -1;

		check(pid >= 0);
		if (pid == 0)
			rt_exit(0);
		equal(rt_syscall(SYS_wait4, pid, &status, 0, NULL), pid);
		equal(status, 0);
	}
	over = true;
	rt_waitgroup_wait(&churning);
	rt_printf("done\n");
	return 0;
}
