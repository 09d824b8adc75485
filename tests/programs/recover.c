// tests/programs/recover.c - rt_recover ends a panic from any depth: the stack, its guard and
// alloca's memory are as they were; what a goroutine has in registers and on its stack stays.
// matrix: GOMAXPROCS=1,4
#include <rt.h>

#include "../lib/guard.h"
#include "../lib/test.h"

static char buf[64];
static _Atomic(int) kept;

static void returns(void *arg)
{
	*(int *)arg = 7;
}

static void the_plain_cases(void)
{
	int n = 0;
	char small[4];

	small[3] = 'x';
	check(!rt_recover(returns, &n, buf, sizeof buf));
	equal(n, 7);
	check(rt_recover(panics, "hello", buf, sizeof buf));
	check(same(buf, "hello"));
	check(rt_recover(panics, "hello", small, 3)); // cut off, terminated
	check(same(small, "he") && small[3] == 'x');
	check(rt_recover(panics, "hello", small, 1));
	check(same(small, ""));
	check(rt_recover(panics, "hello", NULL, 0));
	check(rt_recover(panics, "", buf, sizeof buf) && same(buf, ""));
}

// ---- what the runtime raises

static void closes_twice(void *arg)
{
	rt_chan *c = rt_chan_make(0, 0);

	(void)arg;
	rt_chan_close(c);
	rt_chan_close(c);
}

static void sends_on_closed(void *c)
{
	rt_chan_send(c, NULL);
}

static void too_much(void *arg)
{
	(void)arg;
	rt_chan_make(8, SIZE_MAX);
}

static void below_zero(void *arg)
{
	(void)arg;
	rt_waitgroup wg = { 0 };
	rt_waitgroup_add(&wg, -1);
}

static void reads_null(void *arg)
{
	kept = ((volatile int *)arg)[3];
}

static void calls_null(void *arg)
{
	(*(rt_func **)arg)(NULL);
	kept++;
}

static void the_runtime_s_own(void)
{
	rt_chan *closed = rt_chan_make(0, 1);
	rt_func *null = NULL;

	rt_chan_close(closed);
	for (int i = 0; i < 100; i++) {
		check(rt_recover(closes_twice, NULL, buf, sizeof buf));
		check(same(buf, "close of closed channel"));
		check(rt_recover(sends_on_closed, closed, buf, sizeof buf));
		check(same(buf, "send on closed channel"));
		check(rt_recover(too_much, NULL, buf, sizeof buf));
		check(same(buf, "makechan: size out of range"));
		check(rt_recover(below_zero, NULL, buf, sizeof buf));
		check(same(buf, "sync: negative WaitGroup counter"));
		check(rt_recover(reads_null, NULL, buf, 45));
		check(same(buf, "runtime error: invalid memory address or nil"));
		check(rt_recover(calls_null, &null, buf, 15));
		check(same(buf, "runtime error:"));
		check(rt_recover(NULL, NULL, buf, 15));
		check(same(buf, "runtime error:"));
	}
	rt_chan_free(closed);
}

// ---- from the segment to the small stack, at every depth

// n bytes deeper, then d calls deeper, then panics or faults.
static __attribute__((noinline)) void deep(int d, volatile int *p)
{
	volatile char frame[100];

	frame[0] = 1;
	if (d > 0)
		deep(d - 1, p);
	else if (p)
		rt_panic("from below");
	else
		kept = *p;
	kept += frame[0];
}

static void goes_deep(void *arg)
{
	deep(*(int *)arg, arg);
}

static void faults_deep(void *arg)
{
	deep(*(int *)arg, NULL);
}

static __attribute__((noinline)) void at_depth(int bytes, rt_func *fn)
{
	volatile char frame[1 + bytes];
	uintptr_t before = stack_guard(), after;
	uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7;

	frame[0] = 1;
	__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f), "+r"(g));
	for (int calls = 0; calls < 20; calls += 3) {
		check(rt_recover(fn, &calls, NULL, 0));
		after = stack_guard();
		// A request to yield may have come, or gone.
		check(before == after || before == 0x7ffffffffffffade ||
		      after == 0x7ffffffffffffade);
		equal(a + b * 10 + c * 100 + d * 1000 + e * 10000 + f * 100000 + g * 1000000,
		      7654321);
	}
	kept += frame[0];
}

static void at_all_depths(void *wg)
{
	for (int bytes = 0; bytes < 2000; bytes += 16) {
		at_depth(bytes, goes_deep);
		at_depth(bytes, faults_deep);
	}
	rt_waitgroup_done(wg);
}

// ---- alloca's memory

static __attribute__((noinline)) void takes_a_megabyte(void *arg)
{
	volatile char room[*(size_t *)arg];

	room[0] = 1;
	rt_panic("full %d", room[0]);
}

static void alloca_s_memory_is_free_again(void)
{
	for (int i = 0; i < 1000; i++) {
		volatile size_t n = 1 << 20;
		volatile char room[n / 4]; // stays

		room[n / 8] = (char)i;
		for (int k = 0; k < 3; k++) {
			check(rt_recover(takes_a_megabyte, (void *)&n, buf, sizeof buf));
			check(same(buf, "full 1"));
		}
		check(room[n / 8] == (char)i);
	}
}

// ---- the results of a function that recovers, in all the registers that they come in

typedef struct {
	double a, b;
} pair_of_doubles;

#define RECOVERS(type, name, result)                                                       \
	static __attribute__((noipa)) type name(int n)                                     \
	{                                                                                  \
		check(rt_recover(panics, "hello", NULL, 0));                               \
		if (n & 1)                                                                 \
			check(rt_recover(panics, "once more", NULL, 0));                   \
		return result;                                                             \
	}

RECOVERS(__int128, wide_result, ((__int128)n << 64) + n + 1)
RECOVERS(double, double_result, n + 0.5)
RECOVERS(long double, x87_result, n + 0.25L)
RECOVERS(_Complex long double, complex_result, n + 1.0iL * (n + 2))
RECOVERS(pair_of_doubles, pair_result, ((pair_of_doubles){ n + 2, n + 3 }))

static __attribute__((noipa)) int recovers_beside_alloca(int n)
{
	volatile char *before = __builtin_alloca((size_t)n * 1000 + 1), *after;
	int inner = n > 0 ? recovers_beside_alloca(n - 1) : 0;

	before[n] = (char)n;
	check(rt_recover(panics, "hello", NULL, 0));
	after = __builtin_alloca((size_t)n * 1000 + 1);
	after[n] = 1;
	check(rt_recover(panics, "hello", NULL, 0));
	return inner + before[n] + after[n];
}

static __attribute__((noipa)) void results_at(int n)
{
	volatile char frame[1 + n];
	pair_of_doubles pair = pair_result(n);
	_Complex long double c = complex_result(n);
	__int128 wide = wide_result(n);

	frame[0] = 1;
	equal(wide >> 64, n);
	equal(wide & UINT64_MAX, n + 1);
	check(double_result(n) == n + 0.5);
	check(x87_result(n) == n + 0.25L);
	check(__real__ c == n && __imag__ c == n + 2);
	check(pair.a == n + 2 && pair.b == n + 3);
	equal(recovers_beside_alloca(9), 45 + 10);
	kept += frame[0];
}

static void results_at_all_depths(void *wg)
{
	for (int bytes = 0; bytes < 2000; bytes += 16)
		results_at(bytes);
	rt_waitgroup_done(wg);
}

// ---- nested

static void recovers_inside(void *arg)
{
	char inner[16];

	check(rt_recover(panics, "inner", inner, sizeof inner) && same(inner, "inner"));
	panics(arg);
}

static void panics_deferred(void *arg)
{
	rt_defer(panics, arg);
	rt_panic("replaced");
}

static void recovers_plainly(void *arg)
{
	(void)arg;
	the_plain_cases();
}

static void recovers_deferred(void *arg)
{
	rt_defer(recovers_plainly, arg);
	rt_panic("outer");
}

static void nested(void)
{
	for (int i = 0; i < 100; i++) {
		check(rt_recover(recovers_inside, "outer", buf, sizeof buf) && same(buf, "outer"));
		check(rt_recover(panics_deferred, "last", buf, sizeof buf) && same(buf, "last"));
		check(rt_recover(recovers_deferred, NULL, buf, sizeof buf) && same(buf, "outer"));
	}
}

// ---- rt_goexit passes

static volatile int steps;

static void step(void *arg)
{
	steps = steps * 10 + (int)(intptr_t)arg;
}

static void goexits(void *arg)
{
	rt_defer(step, (void *)3);
	rt_defer(panics, "caught, and the goexit goes on");
	(void)arg;
	rt_goexit();
}

static void closes(void *c)
{
	rt_chan_close(c);
}

static void goexit_inside(void *c)
{
	rt_defer(closes, c);
	rt_defer(step, (void *)4);
	rt_recover(goexits, NULL, buf, sizeof buf);
	step((void *)9);
}

static void just_goexits(void *arg)
{
	(void)arg;
	rt_goexit();
}

static void goexit_in_a_panic(void *c)
{
	rt_defer(closes, c);
	rt_defer(step, (void *)6);
	rt_defer(just_goexits, NULL);
	rt_panic("forgotten");
}

static void goexit_passes(void)
{
	for (int i = 0; i < 100; i++) {
		rt_chan *c;

		steps = 0;
		c = rt_chan_make(0, 0);
		rt_go(goexit_inside, c);
		rt_chan_recv(c, NULL);
		equal(steps, 34);
		rt_chan_free(c);
		c = rt_chan_make(0, 0);
		rt_go(goexit_in_a_panic, c);
		rt_chan_recv(c, NULL);
		equal(steps, 346);
		rt_chan_free(c);
	}
}

int rt_main(int argc, char **argv)
{
	rt_waitgroup wg = { 0 };

	(void)argc, (void)argv;
	the_plain_cases();
	the_runtime_s_own();
	alloca_s_memory_is_free_again();
	nested();
	goexit_passes();
	rt_waitgroup_add(&wg, 12);
	for (int i = 0; i < 10; i++)
		rt_go(at_all_depths, &wg);
	for (int i = 0; i < 2; i++)
		rt_go(results_at_all_depths, &wg);
	rt_waitgroup_wait(&wg);
	return 0;
}
