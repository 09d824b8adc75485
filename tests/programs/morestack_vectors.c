// tests/programs/morestack_vectors.c - goroutines are preempted in prologues alone, while
// their vector arguments, control words and results are live.
// matrix: GOMAXPROCS=1,2
// compilers: gcc
// env: GODEBUG=asyncpreemptoff=1
// timeout: 20
// hosted: not any: the code has no stack checks there
// arch: not arm64: no function checks its stack there, so goroutines have no small ones
#include "../lib/morestack.h"

enum { Duration = 1000, Loops = 3 };

typedef double v2 __attribute__((vector_size(16)));
typedef double w4 __attribute__((vector_size(32)));

static volatile bool stop;
static volatile int64_t turns[2 * Loops + 1];

static NOINLINE v2 narrow(v2 a, v2 b, v2 c, v2 d, double e, double f, double g, double h,
                          v2 i)
{
	return a + 2 * b + 3 * c + 4 * d + e + 2 * f + 3 * g + 4 * h + i;
}

static void narrow_loop(void *arg)
{
	size_t id = (size_t)arg;

	while (!stop) {
		double x = (double)(turns[id]++ & 0xffff);
		v2 a = { x, x + 1 };
		v2 r = narrow(a, a + 1, a + 2, a + 3, x, x + 4, x + 5, x + 6, a + 7);

		check(r[0] == 10 * x + 20 + 10 * x + 8 + 15 + 24 + x + 7);
		check(r[1] == 10 * (x + 1) + 20 + 10 * x + 8 + 15 + 24 + x + 8);
	}
	rt_waitgroup_done(&workers);
}

__attribute__((target("avx"))) static NOINLINE w4 wide(w4 a, w4 b, w4 c, w4 d, w4 e, w4 f,
                                                       w4 g, w4 h, w4 i)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}

__attribute__((target("avx"))) static void wide_loop(void *arg)
{
	size_t id = (size_t)arg;

	while (!stop) {
		double x = (double)(turns[id]++ & 0xffff);
		w4 a = { x, x + 1, x + 2, x + 3 };
		w4 r = wide(a, a + 1, a + 2, a + 3, a + 4, a + 5, a + 6, a + 7, a + 8);

		for (int i = 0; i < 4; i++)
			check(r[i] == 45 * (x + i) + 240);
	}
	rt_waitgroup_done(&workers);
}

static NOINLINE long double third(long double a, double b)
{
	return a / 3 + b;
}

// Rounds up, and computes in the x87 with 53 bits: nobody else does.
static void control_loop(void *arg)
{
	uint32_t mxcsr = 0x5f80, m;
	uint16_t fcw = 0x27f, f;

	__asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(fcw));
	while (!stop) {
		turns[(size_t)arg]++;
		check(third(1, 1) == third(1, 1));
		__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(m), "=m"(f));
		equal(m & ~0x3fu, mxcsr);
		equal(f, fcw);
	}
	rt_waitgroup_done(&workers);
}

static bool has_avx(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return (c & 1u << 28) && (c & 1u << 27);
}

static bool all_ran(void)
{
	for (int i = 0; i <= 2 * Loops; i++) {
		if (turns[i] == 0)
			return false;
	}
	return true;
}

int rt_main(int argc, char **argv)
{
	int64_t end = rt_nanotime() + argument(argc, argv, Duration) * RT_MILLISECOND;

	rt_waitgroup_add(&workers, 2 * Loops + 1);
	for (size_t i = 0; i < Loops; i++) {
		rt_go(narrow_loop, (void *)i);
		rt_go(has_avx() ? wide_loop : narrow_loop, (void *)(Loops + i));
	}
	rt_go(control_loop, (void *)(size_t)(2 * Loops));
	rt_go(nap, NULL);
	while (rt_nanotime() < end || naps < 10 || !all_ran())
		rt_sleep(5 * RT_MILLISECOND);
	stop = true;
	rt_waitgroup_wait(&workers);
	if (rt_getenv("MORESTACK_TIMES"))
		rt_eprintf("%lld naps of 1 ms\n", (long long)naps);
	return 0;
}
