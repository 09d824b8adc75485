// tests/programs/morestack_frames.c - functions with frames of every size, leaves, tail
// calls and recursions cross to the segment and come back with their results and with the
// registers that they must preserve: each call at 300 depths and more, as morestack.h counts
// them.
// stdout~: ^1 2 3 4 5 6 7 8.0 nine$
// matrix: GOMAXPROCS=1,2,4
// compilers: gcc
// hosted: not any: the code has no stack checks there
// arch: not arm64: no function checks its stack there, so goroutines have no small ones
#include "../lib/morestack.h"

// ---- frames ---------------------------------------------------------------------------

#define FRAME(size, returned)                                                          \
	static NOINLINE int64_t frame##size(int64_t a, int64_t b)                      \
	{                                                                              \
		volatile char array[size];                                             \
		here_small();                                                            \
		array[0] = (char)a, array[(size) / 2] = 2, array[(size) - 1] = (char)b; \
		return array[0] + 10 * array[(size) / 2] + 100 * array[(size) - 1];    \
	}                                                                              \
	static void with##size(void)                                                   \
	{                                                                              \
		equal(frame##size(opaque(5), opaque(7)), 725);                         \
		returned();                                                            \
	}

// The first three cross where their caller just fits.
FRAME(40, returned_near)
FRAME(200, returned_near)
FRAME(300, returned_near)
FRAME(900, returned_always)
FRAME(4096, returned_always)
FRAME(100000, returned_always)
FRAME(5000000, returned_always)

static NOINLINE int leaf(int a)
{
	here_small();
	return a * 3;
}

__attribute__((no_split_stack)) static void leaves(void)
{
	equal(leaf((int)opaque(14)), 42);
	returned_always();
}

// ---- results --------------------------------------------------------------------------

typedef struct {
	int64_t a, b;
} two;
typedef struct {
	double a;
	int64_t b;
} mixed;
typedef struct {
	float a, b, c;
} floats;
typedef struct {
	int64_t w[3];
} three;
typedef struct {
	int64_t w[8];
} eight;
typedef struct {
	int64_t w[500];
} big;
typedef float v4 __attribute__((vector_size(16)));
typedef double w4 __attribute__((vector_size(32)));

#define RESULT(type, value)                                                            \
	static NOINLINE type give_##type(int64_t x)                                    \
	{                                                                              \
		here();                                                                \
		return value;                                                          \
	}
typedef __int128 int128;
typedef long double ldouble;
typedef _Complex double complex;
typedef _Complex long double lcomplex;
RESULT(float, (float)x + 0.5f)
RESULT(double, (double)x + 0.25)
RESULT(ldouble, (ldouble)x + 0.125L)
RESULT(complex, (double)x + 2.0i)
RESULT(lcomplex, (ldouble)x + 3.0Li)
RESULT(int128, (int128)x << 64 | 5)
RESULT(two, ((two){ x, x + 1 }))
RESULT(mixed, ((mixed){ (double)x, x + 1 }))
RESULT(floats, ((floats){ (float)x, 2, 3 }))
RESULT(three, ((three){ { x, x + 1, x + 2 } }))
RESULT(eight, ((eight){ { x, 1, 2, 3, 4, 5, 6, x + 7 } }))
RESULT(big, ((big){ { x, [250] = 3, [499] = x + 1 } }))
RESULT(v4, ((v4){ (float)x, 2, 3, 4 }))

static void scalars(void)
{
	int64_t x = opaque(9);

	check(give_float(x) == 9.5f);
	returned();
	check(give_double(x) == 9.25);
	returned();
	check(give_ldouble(x) == 9.125L);
	returned();
	check(give_complex(x) == 9 + 2.0i);
	returned();
	check(give_lcomplex(x) == 9 + 3.0Li);
	returned();
	check(give_int128(x) == ((int128)9 << 64 | 5));
	returned();
}

static void structs(void)
{
	int64_t x = opaque(9);
	two t = give_two(x);
	returned();
	mixed m = give_mixed(x);
	returned();
	floats f = give_floats(x);
	returned();
	v4 v = give_v4(x);
	returned();

	check(t.a == 9 && t.b == 10);
	check(m.a == 9 && m.b == 10);
	check(f.a == 9 && f.b == 2 && f.c == 3);
	check(v[0] == 9 && v[1] == 2 && v[2] == 3 && v[3] == 4);
}

static void memory(void)
{
	int64_t x = opaque(9);
	three t = give_three(x);
	returned();
	eight e = give_eight(x);
	returned();

	check(t.w[0] == 9 && t.w[1] == 10 && t.w[2] == 11);
	check(e.w[0] == 9 && e.w[3] == 3 && e.w[7] == 16);
}

// The result's memory belongs to this call: others run concurrently.
static void far_memory(void)
{
	big *result = rt_malloc(sizeof *result);

	*result = give_big(opaque(9));
	returned_near();
	check(result->w[0] == 9 && result->w[250] == 3 && result->w[499] == 10);
	rt_free(result);
}

__attribute__((target("avx"))) static NOINLINE w4 give_w4(double x)
{
	here();
	return (w4){ x, x + 1, x + 2, x + 3 };
}

__attribute__((target("avx"))) static NOINLINE void ymm_avx(void)
{
	w4 v = give_w4((double)opaque(1));

	returned();
	check(v[0] == 1 && v[1] == 2 && v[2] == 3 && v[3] == 4);
}

static void ymm(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if ((c & 1u << 28) && (c & 1u << 27))
		ymm_avx();
	else
		skipped = true;
}

// ---- registers ------------------------------------------------------------------------

// Calls fn with known values in the registers that it must preserve. 0: it did.
__attribute__((naked, noinline, no_split_stack)) static uint64_t
preserved(__attribute__((unused)) int (*fn)(int))
{
	__asm__("push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	        "sub $8, %rsp\n"
	        "mov $11, %rbx; mov $12, %rbp; mov $13, %r12; mov $14, %r13\n"
	        "mov $15, %r14; mov %rsp, %r15\n"
	        "mov %rdi, %rax; mov $9, %edi; call *%rax\n"
	        "sub $27, %rax; sub $11, %rbx; sub $12, %rbp; sub $13, %r12\n"
	        "sub $14, %r13; sub $15, %r14; sub %rsp, %r15\n"
	        "or %rbx, %rax; or %rbp, %rax; or %r12, %rax; or %r13, %rax\n"
	        "or %r14, %rax; or %r15, %rax\n"
	        "add $8, %rsp\n"
	        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret");
}

// Wants all registers.
static NOINLINE int greedy(int a)
{
	volatile char array[700];

	here();
	array[0] = (char)a;
	__asm__ volatile("" : : : "rbx", "r12", "r13", "r14", "r15", "memory");
	return array[0] * 3;
}

static NOINLINE int alloca_greedy(int a)
{
	volatile char *p = __builtin_alloca((size_t)opaque(1200));

	p[0] = (char)a;
	__asm__ volatile("" : : : "rbx", "r12", "r13", "r14", "r15", "memory");
	return p[0] * 3;
}

static void registers(void)
{
	equal(preserved(leaf), 0);
	returned_near();
	equal(preserved(greedy), 0);
	returned();
	equal(preserved(alloca_greedy), 0);
}

// ---- calls in sequence ----------------------------------------------------------------

static NOINLINE int64_t last(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e,
                             int64_t f, int64_t g, int64_t h)
{
	here();
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}

// A tail call that writes over its own arguments on the stack.
static NOINLINE int64_t tail(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e,
                             int64_t f, int64_t g, int64_t h)
{
	return last(h, g, f, e, d, c, b, a);
}

static NOINLINE int64_t tail_big(int64_t a)
{
	volatile char array[400];

	array[3] = (char)a;
	return leaf(array[3]);
}

static void tails(void)
{
	equal(tail(opaque(1), 2, 3, 4, 5, 6, 7, 8), 120);
	returned();
	equal(tail_big(opaque(9)), 27);
}

static NOINLINE bool odd(int n);

static NOINLINE bool even(int n)
{
	bool r = n == 0 || odd(n - 1);

	__asm__ volatile("" : "+r"(r));
	return r;
}

static NOINLINE bool odd(int n)
{
	bool r = n != 0 && even(n - 1);

	__asm__ volatile("" : "+r"(r));
	return r;
}

static void mutual(void)
{
	check(even((int)opaque(100)));
	check(!odd((int)opaque(100)));
}

static void print(void)
{
	char text[100];
	double x = (double)opaque(5);

	equal(rt_snprintf(text, sizeof text, "%d %s %.3f %x %c %g %ld %Lf", (int)opaque(-7),
	                  "word", x / 8, 0xabc, '!', x * 1e10, 123456789012, 2.5L), 47);
	check(same(text, "-7 word 0.625 abc ! 5e+10 123456789012 2.500000"));
}

static void say(void)
{
	rt_printf("%d %d %d %d %d %d %d %.1f %s\n", (int)opaque(1), 2, 3, 4, 5, 6, 7,
	          (double)opaque(8), "nine");
}

static const test_case cases[] = {
	{ "frame of 40", with40, Often },
	{ "frame of 200", with200, Often },
	{ "frame of 300", with300, Often },
	{ "frame of 900", with900, Often },
	{ "frame of 4096", with4096, Often },
	{ "frame of 100000", with100000, Often },
	{ "frame of 5000000", with5000000, Often },
	{ "leaves", leaves, Unchecked },
	{ "scalars", scalars, Often },
	{ "structs", structs, Often },
	{ "memory", memory, Often },
	{ "far_memory", far_memory, Often | Silent },
	{ "ymm", ymm, Often },
	{ "registers", registers, Often },
	{ "tails", tails, Often },
	{ "mutual", mutual, Often | Silent },
	{ "print", print, Often | Silent },
	{ "say", say, Silent },
	{ NULL, NULL, 0 },
};

// ---- many crossings -------------------------------------------------------------------

enum { Crossings = 1000000 };

static volatile int calls;

static void split(void)
{
	for (int i = 0; i < calls; i++)
		check(leaf(i & 1023) == (i & 1023) * 3);
	returned_near();
}

// Nanoseconds for so many calls at depth n, the fastest of three times.
static NOINLINE int64_t timed(size_t n, int count)
{
	int64_t best = INT64_MAX;

	calls = count;
	for (int i = 0; i < 3; i++) {
		int64_t start = rt_nanotime(), took;

		lower(split, n, 0);
		took = rt_nanotime() - start;
		best = took < best ? took : best;
	}
	return best;
}

// At one depth it is leaf that crosses, on every call.
static void hot(void *unused)
{
	int64_t plain = timed(0, Crossings), crossing;
	size_t n;

	(void)unused;
	crossed = false;
	for (n = 0; n < DepthEnd; n += DepthStep) {
		timed(n, 1);
		if (crossed)
			break;
	}
	check(crossed);
	crossing = timed(n, Crossings);
	if (rt_getenv("MORESTACK_TIMES"))
		rt_eprintf("a call that crosses takes %.2f ns, another %.2f ns\n",
		           (double)crossing / Crossings, (double)plain / Crossings);
	rt_waitgroup_done(&workers);
}

// Deep below one crossing, and back, for every depth.
static NOINLINE int64_t sum(int64_t n)
{
	return n == 0 ? 0 : n + sum(n - 1) + opaque(0);
}

static void deep(void *unused)
{
	(void)unused;
	for (int i = 0; i < 100; i++)
		equal(sum(10000), 50005000);
	equal(sum(400000), 80000200000);
	rt_waitgroup_done(&workers);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&workers, 1);
	rt_go(deep, NULL);
	rt_waitgroup_wait(&workers);
	rt_waitgroup_add(&workers, 1);
	rt_go(hot, NULL);
	rt_waitgroup_wait(&workers);
	at_the_boundary(cases);
	return 0;
}
