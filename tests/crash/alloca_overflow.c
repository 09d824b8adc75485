// tests/crash/alloca_overflow.c - an alloca that the rest of the segment cannot hold is a
// stack overflow, not memory that the frames above use.
// stderr~: ^fatal error: stack overflow$
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/test.h"

static volatile int opaque;

static __attribute__((noinline)) int descend(int depth)
{
	volatile char frame[1 << 20];
	volatile char *p;
	int r;

	frame[opaque & 1] = (char)depth; // the compiler must not think that one byte will do
	if (depth > 0) {
		r = descend(depth - 1);
	} else {
		p = __builtin_alloca((size_t)argument(1, NULL, 30 << 20));
		for (size_t i = 0; i < 30 << 20; i += 4096)
			p[i] = 99;
		r = 0;
	}
	equal(frame[opaque & 1], depth);
	return r;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return descend(40);
}
