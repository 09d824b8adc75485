// tests/internal/mem.c - memcpy, memmove, memset and memcmp against loops of bytes.
//
// Promises: right for every size up to 600 at every alignment, for memmove with any
// overlap, and around 2 KiB and 1 MiB; nothing outside is touched; the destination is
// returned; memcmp compares as unsigned bytes, and only so many.
#ifndef __clang__
// Or gcc makes calls of these functions out of the loops; clang does not when freestanding.
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif
#include "internal.h"

enum { MaxSmall = 600, Margin = 64, Room = (1 << 20) + 4096 };

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

// Through these, or the compiler would do the work itself.
static void *(*volatile copies[])(void *, const void *, size_t) = { memcpy, memmove };
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static void *(*volatile set)(void *, int, size_t) = memset;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;

static uint8_t source[Room], target[Room], model[Room];
static uint64_t seed = 0x9e3779b97f4a7c15;

static void noise(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(next_random(&seed) >> 32);
}

// The first n bytes of target are as the model has them.
static void asmodel(size_t n, const char *what, size_t size, size_t at)
{
	for (size_t i = 0; i < n; i++) {
		if (target[i] == model[i])
			continue;
		rt_eprintf("%s of %zu bytes (case %zu) is wrong at byte %zu\n", what,
		           size, at, i);
		rt_exit(1);
	}
}

static void copycase(int which, size_t n, size_t to, size_t from)
{
	size_t all = to + n + Margin;

	for (size_t i = 0; i < all; i++)
		target[i] = model[i] = 0xa5;
	for (size_t i = 0; i < n; i++)
		model[to + i] = source[from + i];
	check(copies[which](target + to, source + from, n) == target + to);
	asmodel(all, which ? "memmove" : "memcpy", n, to * 100 + from);
}

static void copying(void)
{
	for (size_t n = 0; n <= MaxSmall; n++) {
		for (size_t to = 16; to < 32; to++)
			copycase((int)(n + to) % 2, n, to, (to * 5 + n) % 16);
		for (size_t from = 0; from < 16; from++) {
			copycase(0, n, 16, from);
			copycase(1, n, 16, from);
		}
	}
	for (size_t n = 2048 - 40; n <= 2048 + 40; n++)
		copycase(n % 2, n, 16 + n % 16, n / 16 % 16);
	for (size_t n = (1 << 20) - 3; n <= (1 << 20) + 3; n++)
		copycase(n % 2, n, 16 + n % 16, n * 3 % 16);
}

// Within target, from at to at + by.
static void movecase(size_t n, size_t at, ptrdiff_t by)
{
	size_t low = (by < 0 ? at + (size_t)by : at) - Margin;
	size_t high = (by > 0 ? at + (size_t)by : at) + n + Margin;
	uint8_t *dst = target + at + by;

	for (size_t i = low; i < high; i++)
		target[i] = model[i] = source[i];
	for (size_t i = 0; i < n; i++)
		model[at + (size_t)by + i] = source[at + i];
	check(move(dst, target + at, n) == dst);
	asmodel(high, "memmove within", n, (size_t)(by + 4096));
	for (size_t i = low; i < high; i++)
		target[i] = model[i] = 0;
}

static void moving(void)
{
	for (size_t i = 0; i < Room; i++)
		target[i] = model[i] = 0;
	for (size_t n = 0; n <= MaxSmall; n++) {
		for (ptrdiff_t by = -40; by <= 40; by++)
			movecase(n, 1024 + n % 16, by);
		movecase(n, 1024, (ptrdiff_t)n);
		movecase(n, 1024, -(ptrdiff_t)n);
		movecase(n, 1024, (ptrdiff_t)n / 2 + 1);
		movecase(n, 1024, -(ptrdiff_t)n / 2 - 1);
	}
	for (size_t n = 2048 - 20; n <= 2048 + 20; n++) {
		for (ptrdiff_t by = -260; by <= 260; by += 13)
			movecase(n, 512, by);
	}
	for (ptrdiff_t by = -1000; by <= 1000; by += 399)
		movecase((1 << 20) + (size_t)(by & 7), 1100, by);
}

static void setcase(int c, size_t n, size_t at)
{
	size_t all = at + n + Margin;

	for (size_t i = 0; i < all; i++)
		target[i] = model[i] = 0x5a;
	for (size_t i = 0; i < n; i++)
		model[at + i] = (uint8_t)c;
	check(set(target + at, c, n) == target + at);
	asmodel(all, "memset", n, at);
}

static void setting(void)
{
	static const int values[] = { 0, 1, 0x80, 0xff, 0x1234, -1, -128, 0x7fffff00 };

	for (size_t n = 0; n <= MaxSmall; n++) {
		for (size_t at = 16; at < 48; at++)
			setcase(values[(n + at) % nelem(values)], n, at);
	}
	for (size_t i = 0; i < nelem(values); i++) {
		for (size_t n = 0; n < 40; n++)
			setcase(values[i], n, 17);
		setcase(values[i], 2048 + i, 16 + i);
		setcase(values[i], (1 << 20) - i, 16 + i);
	}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

// n bytes, equal except for the one at diff; behind them they differ anyway.
static void comparecase(size_t n, size_t diff, size_t a, size_t b)
{
	uint8_t *p = target + a, *q = model + b;
	int want;

	for (size_t i = 0; i < n; i++)
		p[i] = q[i] = source[i];
	p[n] = 0;
	q[n] = 0xff;
	if (diff < n)
		q[diff] ^= (uint8_t)(1 + source[diff] % 255);
	want = diff < n ? p[diff] - q[diff] : 0;
	if (diff + 1 < n) { // what comes later does not count
		p[n - 1] = want < 0 ? 0xff : 0;
		q[n - 1] = want < 0 ? 0 : 0xff;
	}
	equal(sign(compare(p, q, n)), sign(want));
	equal(sign(compare(q, p, n)), -sign(want));
}

static void comparing(void)
{
	for (size_t n = 0; n <= 80; n++) {
		for (size_t diff = 0; diff <= n; diff++)
			comparecase(n, diff, n % 9, diff % 11);
	}
	for (size_t n = 81; n <= MaxSmall; n += 3) {
		for (size_t diff = n % 5; diff <= n; diff += 5)
			comparecase(n, diff, diff % 9, n % 11);
		comparecase(n, n - 1, 1, 2);
		comparecase(n, n, 3, 3);
	}
	for (size_t n = (1 << 20) - 2; n <= (1 << 20) + 2; n++) {
		comparecase(n, n, 1, 2);
		comparecase(n, n - 1, 3, 0);
	}
	equal(compare(source, source, Room), 0);
	equal(compare(source, target, 0), 0);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	noise(source, Room);
	copying();
	moving();
	setting();
	comparing();
	return 0;
}
