// tests/crash/stack_overflow.c - too deep a recursion is reported, on any goroutine: in small steps
// and in frames of 1 MiB.
// matrix: WHO=main,goroutine
// matrix: FRAME=small,large
// stderr~: \Aruntime: goroutine stack exceeds [0-9]+-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\n(small|large)\(\.\.\.\)\n
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include <rt.h>

static volatile int kept;

static __attribute__((noinline)) void small(int n)
{
	volatile char frame[200];

	frame[0] = (char)n;
	small(n + 1);
	kept = frame[0];
}

static __attribute__((noinline)) void large(int n)
{
	volatile char frame[1 << 20];

	frame[0] = (char)n;
	large(n + 1);
	kept = frame[0];
}

static void overflow(void *arg)
{
	(void)arg;
	if (rt_getenv("FRAME")[0] == 's')
		small(0);
	large(0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (rt_getenv("WHO")[0] == 'm')
		overflow(NULL);
	rt_go(overflow, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
