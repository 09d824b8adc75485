// tests/crash/panic_in_goroutine.c - a panic in a goroutine ends the process: the report is about
// that goroutine, and names the functions on its stack and its creator.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: panic: in a goroutine
// stderr:
// stderr~: \Apanic: in a goroutine\n\ngoroutine ([2-9]|[1-9][0-9]+) \[running\]:\n(rt_panic\(\.\.\.\)\n\t.*\n)?third\(\.\.\.\)\n\t/.*\/tests\/crash\/panic_in_goroutine\.c:[0-9]+ \+0x[0-9a-f]+\nsecond\(\.\.\.\)\n\t/.*\/tests\/crash\/panic_in_goroutine\.c:[0-9]+ \+0x[0-9a-f]+\nfirst\(\.\.\.\)\n\t/.*\/tests\/crash\/panic_in_goroutine\.c:[0-9]+ \+0x[0-9a-f]+\ncreated by starter in goroutine 1\n\t/.*\/tests\/crash\/panic_in_goroutine\.c:[0-9]+ \+0x[0-9a-f]+\n\Z
// exit: 2
#include <rt.h>

static volatile int kept;

static __attribute__((noinline)) void third(void)
{
	rt_panic("in a goroutine");
}

static __attribute__((noinline)) void second(void)
{
	third();
	kept++;
}

static void first(void *arg)
{
	(void)arg;
	second();
	kept++;
}

static __attribute__((noinline)) void starter(void)
{
	rt_go(first, NULL);
	kept++;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	starter();
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
