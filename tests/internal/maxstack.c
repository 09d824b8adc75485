// tests/internal/maxstack.c - maxstacksize is honoured: below a segment's size it is what
// ends a recursion.
// stderr: runtime: goroutine stack exceeds 1048576-byte limit
// stderr~: runtime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]
// stderr: fatal error: stack overflow
// stderr~: goroutine 1 \[running\]:
// exit: 2
// compilers: gcc
// arch: not arm64: stacks do not grow there
#include "internal.h"

static __attribute__((noinline)) uint64_t recurse(uint64_t n)
{
	volatile uint64_t frame[16];

	frame[0] = n;
	return n == 8192 ? 0 : recurse(n + 1) + frame[0]; // 8192 of them are more than 1 MiB
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	maxstacksize = 1 << 20;
	return (int)recurse(0);
}
