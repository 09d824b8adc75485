// tests/programs/morestack_alloca.c - memory from alloca and of variable arrays that does
// not fit on the small stack lives as long as the language says, and no longer: got at 300
// depths and more, as morestack.h counts them.
// matrix: GOMAXPROCS=1,2,4
// compilers: gcc
// hosted: not any: the code has no stack checks there
// arch: not arm64: no function checks its stack there, so goroutines have no small ones
#define FRAMES 8
#include "../lib/morestack.h"

#define ALLOCA(n) __builtin_alloca(n)

static void fill(volatile char *p, size_t n, char c)
{
	size_t step = n > 1024 ? n / 8 - 1 : 1; // to the ends, and here and there

	for (size_t i = 0; i < n; i += step)
		p[i] = (char)(c + (char)i);
	p[n - 1] = c;
}

static void verify(const volatile char *p, size_t n, char c)
{
	size_t step = n > 1024 ? n / 8 - 1 : 1;

	equal(p[n - 1], c);
	for (size_t i = 0; i + 1 < n; i += step)
		equal(p[i], (char)(c + (char)i));
}

// Uses stack below: depth frames of about 100 bytes.
static NOINLINE int64_t below(int depth, bool yield)
{
	volatile char frame[80];
	int64_t sum = 0;

	for (int i = 0; i < 80; i++)
		frame[i] = (char)depth;
	if (depth > 0)
		sum = below(depth - 1, yield);
	else if (yield)
		rt_gosched();
	for (int i = 0; i < 80; i++)
		sum += frame[i] != (char)depth;
	return sum;
}

static NOINLINE uint64_t one(size_t n, char c)
{
	volatile char *p = ALLOCA(n);

	here_small();
	if (n > DepthEnd)
		allocated(p, n, true);
	check((uintptr_t)p % 16 == 0);
	fill(p, n, c);
	equal(below(3, false), 0);
	verify(p, n, c);
	return n * 0x100000001;
}

static NOINLINE void sizes(void)
{
	static const size_t n[] = { 16, 100, 700, 1500, 4096, 70000, 1 << 20 };

	for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
		equal(one(n[i], (char)i), n[i] * 0x100000001);
		returned_near();
	}
}

// Several in one frame, some of which fit; others' calls between them.
static NOINLINE int64_t several(int64_t n)
{
	volatile char *p[12], *small = ALLOCA(16);

	fill(small, 16, 99);
	for (int i = 0; i < 12; i++) {
		size_t size = (size_t)(n + 300 * i);

		p[i] = ALLOCA(size);
		fill(p[i], size, (char)(i * 3));
		one(50 + 100 * (size_t)i, 7);
	}
	for (int i = 0; i < 12; i++)
		verify(p[i], (size_t)(n + 300 * i), (char)(i * 3));
	verify(small, 16, 99);
	return n * 2;
}

static void many(void)
{
	equal(several(opaque(16)), 32);
	equal(several(opaque(400)), 800);
}

// Arrays of variable size, in nested scopes, around calls with such arrays.
static NOINLINE int64_t scopes(int64_t n, int depth)
{
	volatile char outer[n];
	int64_t sum = 0;

	fill(outer, (size_t)n, 1);
	for (int64_t i = 1; i < 4; i++) {
		volatile char middle[n * i];

		fill(middle, (size_t)(n * i), 2);
		for (int64_t j = 1; j < 4; j++) {
			volatile char inner[n * j];

			fill(inner, (size_t)(n * j), 3);
			if (depth > 0)
				sum += scopes(n, depth - 1);
			verify(inner, (size_t)(n * j), 3);
		}
		{
			volatile char after[n];

			fill(after, (size_t)n, 4);
			verify(middle, (size_t)(n * i), 2);
			verify(after, (size_t)n, 4);
		}
	}
	verify(outer, (size_t)n, 1);
	return sum + 1;
}

// An array, and the function that it is passed on to.
static NOINLINE int64_t array(int64_t n)
{
	volatile char v[n];

	allocated(v, (size_t)n, true);
	fill(v, (size_t)n, 8);
	equal(below(3, false), 0);
	verify(v, (size_t)n, 8);
	return v[n - 1];
}

static void arrays(void)
{
	equal(array(opaque(1300)), 8);
	equal(array(opaque(100000)), 8);
}

static void nest(void)
{
	equal(scopes(opaque(40), 1), 10);
	equal(scopes(opaque(300), 1), 10);
}

// A frame with its own alignment has a copy of its return address.
static NOINLINE int64_t realigned(size_t n)
{
	volatile char line[64] __attribute__((aligned(64)));
	volatile char *p = ALLOCA(n), *q;

	allocated(p, n, false);
	check(opaque((int64_t)line) % 64 == 0);
	fill(line, 64, 3);
	fill(p, n, 4);
	q = ALLOCA(n);
	fill(q, n, 5);
	one(1100, 6);
	verify(line, 64, 3);
	verify(p, n, 4);
	verify(q, n, 5);
	return (int64_t)n;
}

static NOINLINE int64_t around_realigned(size_t n)
{
	volatile char *p = ALLOCA(n);

	fill(p, n, 50);
	for (int i = 0; i < 3; i++)
		equal(realigned(n), n);
	verify(p, n, 50);
	return (int64_t)n;
}

static void realign(void)
{
	equal(realigned((size_t)opaque(800)), 800);
	equal(around_realigned((size_t)opaque(700)), 700);
}

// Results of all classes come through allocreturn.
typedef struct {
	int64_t a;
	double b;
} mixed;

typedef struct {
	int64_t w[5];
} far;

#define RESULT(type, name, value)                                                      \
	static NOINLINE type name(size_t n)                                            \
	{                                                                              \
		volatile char *p = ALLOCA(n);                                          \
		p[0] = p[n - 1] = 1;                                                   \
		allocated(p, n, true);                                                 \
		return value;                                                          \
	}

RESULT(__int128, int128, (__int128)p[0] << 70 | p[n - 1])
RESULT(float, flt, (float)p[0] + 0.5f)
RESULT(long double, ldbl, (long double)p[0] + 0.25L)
RESULT(_Complex double, cplx, p[0] + 3.0i)
RESULT(_Complex long double, lcplx, p[0] + 4.0Li)
RESULT(mixed, mix, ((mixed){ p[0] + 1, 2.5 }))
RESULT(far, memory, ((far){ { p[0], 2, 3, 4, p[0] + 4 } }))

static void results(void)
{
	size_t n = (size_t)opaque(1200);
	mixed m;
	far f;

	check(int128(n) == ((__int128)1 << 70 | 1));
	check(flt(n) == 1.5f);
	check(ldbl(n) == 1.25L);
	check(cplx(n) == 1 + 3.0i);
	check(lcplx(n) == 1 + 4.0Li);
	m = mix(n);
	check(m.a == 2 && m.b == 2.5);
	f = memory(n);
	check(f.w[0] == 1 && f.w[1] == 2 && f.w[4] == 5);
}

// Parks with memory on the segment.
static NOINLINE void sleeper(size_t n)
{
	volatile char *p = ALLOCA(n);

	fill(p, n, 11);
	equal(below(5, true), 0);
	rt_gosched();
	verify(p, n, 11);
}

static void yielding(void)
{
	sleeper((size_t)opaque(600));
	sleeper((size_t)opaque(5000));
}

static const test_case cases[] = {
	{ "sizes", sizes, 0 },
	{ "many", many, Often | Silent },
	{ "arrays", arrays, Often },
	{ "nest", nest, Often | Silent },
	{ "realign", realign, Often | Silent },
	{ "results", results, Often },
	{ "yielding", yielding, Silent },
	{ NULL, NULL, 0 },
};

// ---- no leaks -------------------------------------------------------------------------

enum { Loops = 100000 };

static NOINLINE int deeper(size_t n)
{
	volatile char *p = ALLOCA(n);

	p[0] = 1;
	return realigned(1100) == 1100 && p[0] == 1;
}

// Blocks' memory goes with the block, wherever on the small stack its function is.
static NOINLINE void blocks(void)
{
	for (int i = 0; i < 3; i++) {
		volatile char outer[opaque(20 << 20)];

		outer[0] = outer[(20 << 20) - 1] = 1;
		for (int j = 0; j < 3; j++) {
			volatile char inner[opaque(20 << 20)];

			inner[0] = inner[(20 << 20) - 1] = 1;
		}
	}
}

// More than a segment holds, if anything were kept.
static void loops(void *unused)
{
	(void)unused;
	for (size_t n = 0; n < DepthEnd; n += DepthStep)
		lower(blocks, n, 0);
	for (int i = 0; i < Loops; i++) {
		size_t n = (size_t)opaque(1200 + i % 64);

		check(realigned(n) != 0);
		check(deeper(n) == 1);
		check(int128(n) != 0);
	}
	for (int i = 0; i < Loops; i++) {
		volatile char block[opaque(1200 + i % 64)];

		block[0] = block[1100] = 1;
	}
	for (int i = 0; i < 1000; i++) {
		volatile char block[opaque(1 << 20)];

		block[0] = block[1 << 19] = 1;
		check(one(100000, 3) != 0);
	}
	// All of the segment is there again.
	check(one(60 << 20, 3) != 0);
	rt_waitgroup_done(&workers);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&workers, 1);
	rt_go(loops, NULL);
	rt_waitgroup_wait(&workers);
	at_the_boundary(cases);
	return 0;
}
