// tests/crash/leaks_sigquit.c - with GODEBUG=leaks=1, SIGQUIT's dump says which goroutines can never
// continue.
// env: GODEBUG=leaks=1
// matrix: GOMAXPROCS=1,4
// cflags: -g
// hosted: not any: the C library's objects are LeakSanitizer's
// stderr~: ^goroutine [0-9]+ \[chan receive \(leaked\)\]:\n(rt_chan_recv\(\.\.\.\)\n\t.*\n)?forgotten\(\.\.\.\)\n
// stderr~: ^goroutine [0-9]+ \[chan receive\]:\n(rt_chan_recv\(\.\.\.\)\n\t.*\n)?known\(\.\.\.\)\n
// exit: 2
#include "../lib/leaking.h"

static volatile int after;
static rt_chan *volatile kept;

static void forgotten(void *c)
{
	rt_chan_recv(c, NULL);
	after++;
}

static void known(void *c)
{
	rt_chan_recv(c, NULL);
	after++;
}

static APART void starts(void)
{
	kept = rt_chan_make(0, 0);
	rt_go(known, kept);
	rt_go(forgotten, rt_chan_make(0, 0));
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	starts();
	await_in(2, "chan receive");
	wipe_stack();
	rt_syscall(SYS_kill, rt_syscall(SYS_getpid), 3);
	for (;;)
		after++;
}
