// tests/programs/yieldgrow.c - a goroutine that yields where a frame does not fit on its small
// stack continues on its segment, with all arguments: registers, on the stack, variable ones,
// floating-point ones.
// matrix: GODEBUG=asyncpreemptoff=0,asyncpreemptoff=1
// env: GOMAXPROCS=1
// env: GOMAXPROCS=4
// compilers: gcc
// hosted: not any: all goroutines start on segments there
// arch: not arm64: no function checks its stack there, so goroutines have no small ones
#include "../lib/test.h"

#include <stdarg.h>

enum { Frame = 16 << 10, Sleeps = 100 };

static _Atomic(int) stop;
static rt_waitgroup all;

// Frames that fit are below base and near it; a segment is far away.
static void elsewhere(uintptr_t base, volatile char *frame)
{
	uintptr_t at = (uintptr_t)frame;

	check(at > base || at < base - 2 * Frame);
	frame[0] = frame[Frame - 1] = 1;
}

static __attribute__((noinline)) void plain(uintptr_t base)
{
	volatile char frame[Frame];

	elsewhere(base, frame);
}

static __attribute__((noinline)) void ten(uintptr_t base, int a, int b, int c, int d, int e,
                                          int f, int g, int h, int i)
{
	volatile char frame[Frame];

	elsewhere(base, frame);
	equal(a + 10 * b + 100 * c + 1000 * d + 10000 * e, 54321);
	equal(f + 10 * g + 100 * h + 1000 * i, 9876);
}

static __attribute__((noinline)) void variable(uintptr_t base, ...)
{
	volatile char frame[Frame];
	va_list list;

	elsewhere(base, frame);
	va_start(list, base);
	for (int i = 1; i < 10; i++) {
		equal(va_arg(list, int), i);
		check(va_arg(list, double) == i + 0.5);
	}
	va_end(list);
}

static void grow(void *arg)
{
	uintptr_t base = (uintptr_t)__builtin_frame_address(0);

	(void)arg;
	while (!stop) {
		plain(base);
		ten(base, 1, 2, 3, 4, 5, 6, 7, 8, 9);
		variable(base, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5,
		         9, 9.5);
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	int64_t n = argument(argc, argv, Sleeps);

	rt_waitgroup_add(&all, 4);
	for (int i = 0; i < 4; i++)
		rt_go(grow, NULL);
	while (n-- > 0)
		rt_sleep(RT_MILLISECOND); // which makes one of them yield, at one P
	stop = 1;
	rt_waitgroup_wait(&all);
	return 0;
}
