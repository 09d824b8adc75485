// tests/crash/stack_overflow_goroutine.c - a goroutine's endless recursion is reported,
// however big its frames are: smaller than what the compiler checks for, 100 KB, 5 MB, and
// of a size that grows from call to call.
// matrix: FRAME=little,middle,large,growing
// stderr~: \Aruntime: goroutine stack exceeds 67108864-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\n(little|middle|large|growing)\(\.\.\.\)\n
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/test.h"

static volatile int kept;

static __attribute__((noinline)) void little(int n)
{
	kept = n;
	little(n + 1);
	kept = n;
}

static __attribute__((noinline)) void middle(int n)
{
	volatile char frame[100 * 1000];

	frame[0] = (char)n;
	middle(n + 1);
	kept = frame[0];
}

static __attribute__((noinline)) void large(int n)
{
	volatile char frame[5 * 1000 * 1000];

	frame[0] = (char)n;
	large(n + 1);
	kept = frame[0];
}

static __attribute__((noinline)) void growing(int n)
{
	volatile char frame[n];

	frame[0] = frame[n - 1] = (char)n;
	growing(n + n / 8 + 100);
	kept = frame[0];
}

static const struct {
	const char *name;
	void (*fn)(int n);
} frames[] = {
	{ "little", little },
	{ "middle", middle },
	{ "large", large },
	{ "growing", growing },
};

static void overflow(void *arg)
{
	const char *name = rt_getenv("FRAME");

	(void)arg;
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		if (same(frames[i].name, name))
			frames[i].fn(1);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(overflow, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
