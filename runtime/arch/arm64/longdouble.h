// longdouble.h - arm64: a long double has 128 bits, 112 of them the fraction.
#ifndef RT0_ARCH_LONGDOUBLE_H
#define RT0_ARCH_LONGDOUBLE_H

#include "runtime/base/types.h"

// The digits of the longest m * 5^-e: m is all ones, and e that of the denormals.
enum { LongDoubleDigits = 11563 };

// (hi * 2^64 + lo) * 2^e, unless it is special: infinite or no number.
typedef struct {
	uint64_t hi, lo;
	int e;
	bool negative, special, nan;
} LongParts;

ALWAYS_INLINE LongParts longparts(long double x)
{
	union { long double x; struct { uint64_t lo, hi; } w; } u = { .x = x };
	const uint64_t hidden = (uint64_t)1 << 48;
	uint64_t hi = u.w.hi & (hidden - 1);
	int e = (int)(u.w.hi >> 48 & 0x7fff);

	return (LongParts){
		.hi = e == 0 ? hi : hi | hidden,
		.lo = u.w.lo,
		.e = (e == 0 ? 1 : e) - 16495,
		.negative = u.w.hi >> 63 != 0,
		.special = e == 0x7fff,
		.nan = (hi | u.w.lo) != 0,
	};
}

#endif
