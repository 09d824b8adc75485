// longdouble.h - amd64: a long double is the x87's, 80 bits without a hidden one.
#ifndef RT0_ARCH_LONGDOUBLE_H
#define RT0_ARCH_LONGDOUBLE_H

#include "runtime/base/types.h"

// The digits of the longest m * 5^-e: m is all ones, and e that of the denormals.
enum { LongDoubleDigits = 11514 };

// (hi * 2^64 + lo) * 2^e, unless it is special: infinite or no number.
typedef struct {
	uint64_t hi, lo;
	int e;
	bool negative, special, nan;
} LongParts;

ALWAYS_INLINE LongParts longparts(long double x)
{
	union { long double x; struct { uint64_t m; uint16_t se; } w; } u = { .x = x };
	int e = u.w.se & 0x7fff;

	return (LongParts){
		.lo = u.w.m,
		.e = (e == 0 ? 1 : e) - 16446,
		.negative = u.w.se >> 15 != 0,
		.special = e == 0x7fff,
		.nan = u.w.m << 1 != 0,
	};
}

#endif
