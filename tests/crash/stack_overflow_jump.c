// tests/crash/stack_overflow_jump.c - a frame of more than a goroutine's stack, in code that does
// not check how much there is: it comes to the guard below, and does not step over that onto
// the stack of another goroutine.
// cflags: -fno-split-stack
// matrix: GOMAXPROCS=1,4
// stderr~: \Aruntime: goroutine stack exceeds 67108864-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/test.h"

enum { Frame = 66 << 20 };

static rt_chan *never;
static volatile int kept;

static __attribute__((noinline)) void jump(int depth)
{
	volatile char frame[Frame];

	__asm__ volatile("" : : "r"(frame)); // all of it
	frame[0] = (char)depth;
	kept = frame[0];
}

static void holder(void *up)
{
	rt_waitgroup_done(up);
	rt_chan_recv(never, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_waitgroup up = { 0 };

	(void)argv;
	never = rt_chan_make(0, 0);
	rt_waitgroup_add(&up, 3);
	for (int i = 0; i < 3; i++)
		rt_go(holder, &up);
	rt_waitgroup_wait(&up);
	jump(argc);
	return 1;
}
