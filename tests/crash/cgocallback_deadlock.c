// tests/crash/cgocallback_deadlock.c - a function that rt_cgocall runs waits for what will never
// come, within a call within: that is a deadlock, and the report has the frames on both stacks.
// matrix: GOMAXPROCS=1,4
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr~: ^goroutine 1 \[chan send, locked to thread\]:\nrt_chan_send\(\.\.\.\)\n\t.*\ninner\(\.\.\.\)\n\t.*\n(rt_cgocall\(\.\.\.\)\n\t.*\n)?outer\(\.\.\.\)\n\t.*\nrt_cgocall\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// exit: 2
#include "../lib/test.h"

static volatile int kept;

static __attribute__((noinline)) void inner(void *c)
{
	rt_chan_send(c, NULL);
	kept = 1;
}

static __attribute__((noinline)) void outer(void *c)
{
	rt_gosched();
	rt_cgocall(inner, c);
	kept = 2;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_cgocall(outer, rt_chan_make(0, 0));
	return 0;
}
