// tests/programs/morestack_args.c - a function that crosses to the segment gets its
// arguments, of every kind and in every number, as its caller passed them: each call at 300
// depths and more, as morestack.h counts them.
// matrix: GOMAXPROCS=1,2,4
// compilers: gcc
// hosted: not any: the code has no stack checks there
// arch: not arm64: no function checks its stack there, so goroutines have no small ones
#include "../lib/morestack.h"

typedef float v4 __attribute__((vector_size(16)));
typedef double w4 __attribute__((vector_size(32)));

// ---- integers -------------------------------------------------------------------------

#define INT(n) int64_t a##n
#define I1 INT(1), INT(2), INT(3), INT(4), INT(5), INT(6), INT(7)
#define I8 I1, INT(8)
#define I9 I8, INT(9)
#define I12 I9, INT(10), INT(11), INT(12)
#define I20 I12, INT(13), INT(14), INT(15), INT(16), INT(17), INT(18), INT(19), INT(20)
#define S7 (a1 + 3 * a2 + 5 * a3 + 7 * a4 + 9 * a5 + 11 * a6 + 13 * a7)
#define S8 (S7 + 15 * a8)
#define S9 (S8 + 17 * a9)
#define S12 (S9 + 19 * a10 + 21 * a11 + 23 * a12)
#define S20                                                                            \
	(S12 + 25 * a13 + 27 * a14 + 29 * a15 + 31 * a16 + 33 * a17 + 35 * a18 +       \
	 37 * a19 + 39 * a20)

static NOINLINE int64_t ints0(void)
{
	here();
	return 42;
}

static NOINLINE int64_t ints3(int64_t a, int32_t b, int8_t c)
{
	here();
	return a + 3 * b + 5 * c;
}

static NOINLINE int64_t ints7(I1) { here(); return S7; }
static NOINLINE int64_t ints8(I8) { here(); return S8; }
static NOINLINE int64_t ints9(I9) { here(); return S9; }
static NOINLINE int64_t ints12(I12) { here(); return S12; }
static NOINLINE int64_t ints20(I20) { here(); return S20; }

// What it should be: base, base + 1, ... with the weights 1, 3, 5, ...
static int64_t weighted(int64_t base, int n)
{
	int64_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += (base + i) * (2 * i + 1);
	return sum;
}

static void few(void)
{
	equal(ints0(), 42);
	returned();
	equal(ints3(opaque(1000), -7, -3), 1000 - 21 - 15);
	returned();
}

#define B(i) (b + (i))
#define B7 b, B(1), B(2), B(3), B(4), B(5), B(6)
#define B12 B7, B(7), B(8), B(9), B(10), B(11)

static void seven(void)
{
	int64_t b = opaque(0x123456789a);

	equal(ints7(B7), weighted(b, 7));
	returned();
}

static void eight(void)
{
	int64_t b = opaque(-5);

	equal(ints8(B7, B(7)), weighted(b, 8));
	returned();
	equal(ints9(B7, B(7), B(8)), weighted(b, 9));
	returned();
}

static void twenty(void)
{
	int64_t b = opaque(1LL << 40);

	equal(ints12(B12), weighted(b, 12));
	returned();
	equal(ints20(B12, B(12), B(13), B(14), B(15), B(16), B(17), B(18), B(19)),
	      weighted(b, 20));
	returned();
}

static int64_t (*volatile through)(I9) = ints9;

static void pointer(void)
{
	int64_t b = opaque(77);

	equal(through(B7, B(7), B(8)), weighted(b, 9));
	returned();
}

// ---- floats and wide numbers ----------------------------------------------------------

static NOINLINE double doubles(double a, double b, double c, double d, double e, double f,
                               double g, double h, double i, double j, int64_t k, float l)
{
	here();
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j +
	       11 * (double)k + 12 * l;
}

static NOINLINE long double wide(long double a, __int128 b, long double c, float d,
                                 __int128 e, __int128 f, __int128 g)
{
	here();
	return a + (long double)b - c * d + (long double)(e >> 64) + (long double)f -
	       (long double)(int64_t)g;
}

static NOINLINE v4 vectors(v4 a, v4 b, v4 c, v4 d, v4 e, v4 f, v4 g, v4 h, v4 i, v4 j)
{
	here();
	return a + b - c + d - e + f - g + h + 2 * i + j;
}

static void floats(void)
{
	double x = (double)opaque(1);

	check(doubles(x, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 650);
	returned();
}

static void wides(void)
{
	__int128 big = (__int128)opaque(5) << 64;

	check(wide(1.5L, opaque(7), 2, 0.25f, big, 100, big + 3) == 1.5L + 7 - 0.5L + 5 + 97);
	returned();
}

static void vecs(void)
{
	float x = (float)opaque(1);
	v4 a = { x, 2, 3, 4 };
	v4 r = vectors(a, a * 2, a * 3, a * 4, a * 5, a * 6, a * 7, a * 8, a * 9, a * 10);

	returned();
	for (int i = 0; i < 4; i++)
		check(r[i] == a[i] * (1 + 2 - 3 + 4 - 5 + 6 - 7 + 8 + 18 + 10));
}

// ymm arguments; the ninth and tenth are on the stack, aligned to 32.
__attribute__((target("avx"))) static NOINLINE w4 ymm(w4 a, w4 b, w4 c, w4 d, w4 e, w4 f,
                                                      w4 g, w4 h, w4 i, w4 j)
{
	here();
	return a + b - c + d - e + f - g + h + 2 * i + j;
}

__attribute__((target("avx"))) static NOINLINE void ymms_avx(void)
{
	double x = (double)opaque(1);
	w4 a = { x, 2, 3, 4 };
	w4 r = ymm(a, a * 2, a * 3, a * 4, a * 5, a * 6, a * 7, a * 8, a * 9, a * 10);

	returned();
	for (int i = 0; i < 4; i++)
		check(r[i] == a[i] * (1 + 2 - 3 + 4 - 5 + 6 - 7 + 8 + 18 + 10));
}

static void ymms(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if ((c & 1u << 28) && (c & 1u << 27))
		ymms_avx();
	else
		skipped = true;
}

// ---- structs by value -----------------------------------------------------------------

// returned: how it is counted; the caller of the biggest does not fit itself.
#define BYVALUE(size, words, returned)                                                 \
	typedef struct {                                                               \
		int64_t w[words];                                                      \
	} s##size;                                                                     \
	static NOINLINE int64_t get##size(int64_t k, s##size s, int64_t m)             \
	{                                                                              \
		int64_t sum = k * m;                                                   \
		here();                                                                \
		for (int i = 0; i < (words); i++)                                      \
			sum += s.w[i] * (i + 1);                                       \
		s.w[0] = 0; /* the callee's own */                                     \
		__asm__ volatile("" : : "r"(&s) : "memory");                           \
		return sum;                                                            \
	}                                                                              \
	static void struct##size(void)                                                 \
	{                                                                              \
		s##size s;                                                             \
		int64_t sum = 3 * 5;                                                   \
		for (int i = 0; i < (words); i++)                                      \
			s.w[i] = opaque(i + 7), sum += (int64_t)(i + 7) * (i + 1);     \
		equal(get##size(3, s, 5), sum);                                        \
		returned();                                                            \
		equal(s.w[0], 7);                                                      \
	}

BYVALUE(16, 2, returned)
BYVALUE(24, 3, returned)
BYVALUE(64, 8, returned)
BYVALUE(400, 50, returned)
BYVALUE(4000, 500, returned_near)

#define ALIGNED(align)                                                                 \
	typedef struct {                                                               \
		int64_t w[(align) / 8] __attribute__((aligned(align)));                \
	} t##align;                                                                    \
	static NOINLINE int64_t got##align(I1, t##align s)                             \
	{                                                                              \
		here();                                                                \
		check(opaque((int64_t)&s) % (align) == 0);                             \
		return S7 + s.w[0] + s.w[(align) / 8 - 1];                             \
	}                                                                              \
	static void aligned##align(void)                                               \
	{                                                                              \
		int64_t b = opaque(9);                                                 \
		t##align s = { { 0 } };                                                \
		s.w[0] = b + 100, s.w[(align) / 8 - 1] = b + 200;                      \
		equal(got##align(B7, s), weighted(b, 7) + 2 * b + 300);                \
		returned();                                                            \
	}

ALIGNED(32)
ALIGNED(64)
ALIGNED(128)

// ---- variable arguments ---------------------------------------------------------------

// n pairs of an integer and a double.
static NOINLINE int64_t pairs(int n, ...)
{
	va_list ap;
	int64_t sum = 0;

	here();
	va_start(ap, n);
	for (int i = 0; i < n; i++) {
		sum += va_arg(ap, int64_t) * (i + 1);
		sum += (int64_t)(va_arg(ap, double) * (i + 100));
	}
	va_end(ap);
	return sum;
}

// Eight named arguments, two of them on the stack, before the variable ones.
static NOINLINE int64_t named(I8, ...)
{
	va_list ap;
	int64_t sum = S8;

	here();
	va_start(ap, a8);
	for (int i = 0; i < 4; i++)
		sum += va_arg(ap, int64_t) * (2 * i + 17);
	sum += va_arg(ap, int) + (int64_t)va_arg(ap, long double);
	va_end(ap);
	return sum;
}

static void few_variable(void)
{
	int64_t b = opaque(1000);

	equal(pairs(2, b, 1.5, b, 2.5), 3 * b + 150 + 252);
	returned();
	equal(pairs(0), 0);
	returned();
}

static void many_variable(void)
{
	int64_t b = opaque(1000), sum = 0;

	for (int i = 0; i < 12; i++)
		sum += b * (i + 1) + (i + 1) * (i + 100);
	equal(pairs(12, b, 1.0, b, 2.0, b, 3.0, b, 4.0, b, 5.0, b, 6.0, b, 7.0, b, 8.0, b,
	            9.0, b, 10.0, b, 11.0, b, 12.0), sum);
	returned();
	equal(named(B12, -3, 5.0L), weighted(b, 12) + 2);
	returned();
}

// ---- nested functions -----------------------------------------------------------------

static void nested(void)
{
	int64_t local = opaque(31);

	NOINLINE int64_t inner(int64_t a)
	{
		here();
		return a + local++;
	}
	NOINLINE int64_t variable(int64_t n, ...)
	{
		va_list ap;
		int64_t sum = local;

		here();
		va_start(ap, n);
		for (int64_t i = 0; i < n; i++)
			sum += va_arg(ap, int64_t) * (2 * i + 1);
		va_end(ap);
		return sum;
	}
	equal(inner(opaque(5)), 36);
	returned();
	equal(inner(opaque(5)), 37);
	equal(variable(9, local, local + 1, local + 2, local + 3, local + 4,
	               local + 5, local + 6, local + 7, local + 8), weighted(local, 9) + local);
	returned();
	equal(local, 33);
}

// ---------------------------------------------------------------------------------------

static const test_case cases[] = {
	{ "few", few, Often },
	{ "seven", seven, Often },
	{ "eight", eight, Often },
	{ "twenty", twenty, Often },
	{ "pointer", pointer, Often },
	{ "floats", floats, Often },
	{ "wides", wides, Often },
	{ "vecs", vecs, Often },
	{ "ymms", ymms, Often },
	{ "struct16", struct16, Often },
	{ "struct24", struct24, Often },
	{ "struct64", struct64, Often },
	{ "struct400", struct400, Often },
	{ "struct4000", struct4000, Silent },
	{ "aligned32", aligned32, Often },
	{ "aligned64", aligned64, Often },
	{ "aligned128", aligned128, Often },
	{ "few_variable", few_variable, Often },
	{ "many_variable", many_variable, Often },
	{ "nested", nested, Often },
	{ NULL, NULL, 0 },
};

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	at_the_boundary(cases);
	return 0;
}
