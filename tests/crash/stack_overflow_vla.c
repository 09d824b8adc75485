// tests/crash/stack_overflow_vla.c - a variable-length array that has no room below deep
// frames is a stack overflow, of its function; it does not get their memory.
// matrix: DEPTH=1,30,60
// stderr~: \Aruntime: goroutine stack exceeds 67108864-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\narray\(\.\.\.\)\n\t.*\n(deep\(\.\.\.\)\n\t.*\n)+start\(\.\.\.\)\n
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/test.h"

enum { Mib = 1 << 20 };

// n MiB.
static __attribute__((noinline)) void array(int64_t n)
{
	volatile char v[n * Mib];

	for (int64_t i = 0; i < n * Mib; i += 4096)
		v[i] = 99;
}

// Depth frames of 1 MiB, and on the last one more than is left.
static __attribute__((noinline)) void deep(int64_t n, int64_t depth)
{
	volatile char frame[Mib];

	for (int64_t i = 0; i < Mib; i += 4096)
		frame[i] = (char)n;
	if (n < depth)
		deep(n + 1, depth);
	else
		array(66 - depth); // where code does not check, a goroutine has 65
	for (int64_t i = 0; i < Mib; i += 4096)
		equal(frame[i], n);
}

static void start(void *arg)
{
	(void)arg;
	deep(1, number(rt_getenv("DEPTH")));
	failed(__FILE__, __LINE__, "there is no such room");
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(start, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
