// tests/internal/stack_guard.c - a touch of the guard below a goroutine's segment is the
// error "stack overflow", near the segment and at the guard's end.
// matrix: BELOW=1,20000,61000
// stderr~: ^runtime: goroutine stack exceeds 67108864-byte limit$
// stderr: fatal error: stack overflow
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "internal.h"

// Its frame does not fit on a small stack.
static void touch(void *arg)
{
	volatile char frame[16 << 10];

	frame[0] = 1;
	check(getg()->segment.lo != 0);
	*(volatile char *)(segmentbottom(getg()->segment) - (uintptr_t)arg) = frame[0];
	failed(__FILE__, __LINE__, "the guard");
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	rt_go(touch, (void *)number(rt_getenv("BELOW")));
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
