// sizeclass.h - the sizes that small objects come in.
//
// Multiples of 16 up to 64, then four steps to each doubling, up to 32 KiB:
//
//	16 32 48 64 | 80 96 112 128 | 160 192 224 256 | ... | 20480 24576 28672 32768
//
// Above 64 bytes rounding up wastes less than a fifth of the object. All is computed: a
// few shifts cost no more than a table's cache miss.
//
//	classsize(sizeclass(n)) >= n    sizeclass(classsize(c)) == c
#ifndef RT0_MEM_SIZECLASS_H
#define RT0_MEM_SIZECLASS_H

#include "runtime/base/types.h"

enum {
	MaxSmallSize = 32 << 10,
	NumSizeClasses = 40,
};

// The class of objects of n bytes, n <= MaxSmallSize.
ALWAYS_INLINE uint32_t sizeclass(uintptr_t n)
{
	uint32_t log;

	if (n <= 64)
		return n == 0 ? 0 : ((uint32_t)n - 1) / 16;
	// The two bits below the leading one of n - 1 choose the step.
	log = 63 - (uint32_t)__builtin_clzl(n - 1);
	return 4 * (log - 5) + ((uint32_t)((n - 1) >> (log - 2)) & 3);
}

// How many bytes an object of the class has.
ALWAYS_INLINE uint32_t classsize(uint32_t class)
{
	if (class < 4)
		return 16 * (class + 1);
	return (class % 4 + 5) << (class / 4 + 3);
}

// What objectindex multiplies by: 2^32 / size, rounded up.
ALWAYS_INLINE uint32_t sizerecip(uint32_t size)
{
	return (uint32_t)(((UINT64_C(1) << 32) + size - 1) / size);
}

// offset / size. Exact while offset * size < 2^32: the reciprocal is too large by less
// than 1, so the product by less than offset, which is less than 2^32 / size.
ALWAYS_INLINE uint32_t objectindex(uint32_t offset, uint32_t recip)
{
	return (uint32_t)((uint64_t)offset * recip >> 32);
}

#endif
