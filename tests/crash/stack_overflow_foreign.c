// tests/crash/stack_overflow_foreign.c - frames of nearly 1 MiB in code that neither checks nor
// touches them in order, as other compilers make it: the guard below the stack catches them
// wherever they run.
// cflags: -fno-split-stack -fno-stack-clash-protection
// matrix: WHERE=main,goroutine,cgocall
// stderr~: \Aruntime: (goroutine stack|stack of rt_cgocall) exceeds [0-9]+-byte limit.*\nruntime: sp=.*\nfatal error: stack overflow\n
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/test.h"

enum { Frame = 1000 << 10 };

static volatile int kept;

// Touches the far end of its frame and what its calls push.
static __attribute__((noinline)) void leap(int depth)
{
	volatile char frame[Frame];

	__asm__ volatile("" : : "r"(frame)); // all of it
	frame[0] = (char)depth;
	leap(depth + 1);
	kept = frame[0];
}

static void leaps(void *unused)
{
	(void)unused;
	leap(1);
	kept = 1;
}

int rt_main(int argc, char **argv)
{
	const char *where = rt_getenv("WHERE");

	(void)argc, (void)argv;
	if (same(where, "main"))
		leaps(NULL);
	if (same(where, "cgocall"))
		rt_cgocall(leaps, NULL);
	rt_go(leaps, NULL);
	rt_chan_recv(NULL, NULL);
	return 1;
}
