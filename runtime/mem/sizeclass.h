// sizeclass.h - the sizes that small objects come in, and the spans they are cut from.
//
// Multiples of 16 up to 128, then eight steps to each doubling, up to 32 KiB:
//
//	16 32 48 ... 128 | 144 160 ... 256 | 288 320 ... 512 | ... | 18432 20480 ... 32768
//
// Above 128 bytes rounding up wastes less than an eighth of the object; below, the
// alignment to 16 asks for it.
//
//	classsize(sizeclass(n)) >= n    sizeclass(classsize(c)) == c
//	the rest of a span that holds no object is at most 1/64 of it
#ifndef RT0_MEM_SIZECLASS_H
#define RT0_MEM_SIZECLASS_H

#include "runtime/base/types.h"

enum {
	PageShift = 13,
	HeapPage = 1 << PageShift, // the heap's pages, Go's size: two of the kernel's
	MaxSmallSize = 32 << 10,
	NumSizeClasses = 72,
	MaxSpanPages = 16,
	MaxSpanObjects = 512,
};

// The class of objects of n bytes, n <= MaxSmallSize. The three bits below the leading one
// of n - 1 choose the step; up to 256 steps are 16. classtable has the answers for what is
// common.
ALWAYS_INLINE uint32_t sizeclass(uintptr_t n)
{
	uint32_t x = (uint32_t)n - (n != 0);
	uint32_t log = (uint32_t)__builtin_clz(x | 128) ^ 31;

	return (x >> (log - 3)) + 8 * log - 56;
}

enum { ClassTableMax = 1024 };
#define CLASSOF(i)                                                                     \
	((i) == 0 ? 0 : (i) <= 16 ? (i)-1 : (i) <= 32 ? ((i)-1) / 2 + 8 : ((i)-1) / 4 + 16)
#define CLASSES4(i) CLASSOF(i), CLASSOF((i) + 1), CLASSOF((i) + 2), CLASSOF((i) + 3)
#define CLASSES16(i) CLASSES4(i), CLASSES4((i) + 4), CLASSES4((i) + 8), CLASSES4((i) + 12)
#define CLASSTABLE CLASSES16(0), CLASSES16(16), CLASSES16(32), CLASSES16(48), CLASSOF(64)
// [(n + 15) / 16]: initialised with CLASSTABLE.
typedef uint8_t Classtable[ClassTableMax / 16 + 1];

// How many bytes an object of the class has.
ALWAYS_INLINE uint32_t classsize(uint32_t class)
{
	if (class < 8)
		return 16 * (class + 1);
	return (class % 8 + 9) << (class / 8 + 3);
}

// The pages of a span: enough for 32 objects, but not above 64 KiB if 4 fit in there; then
// as many more as it takes for a small rest.
ALWAYS_INLINE uint32_t spanpages(uint32_t size)
{
	uint32_t n = max(1u, min(32 * size, max(64u << 10, 4 * size)) >> PageShift);

	while ((n << PageShift) % size > (n << PageShift) / 64)
		n++;
	return n;
}

// What objectindex multiplies by: 2^32 / size, rounded up.
ALWAYS_INLINE uint32_t sizerecip(uint32_t size)
{
	return (uint32_t)(((UINT64_C(1) << 32) + size - 1) / size);
}

// Of an offset in a span: its upper half is offset / size, its lower half tells the rest.
// Exact while offset * size < 2^32: the reciprocal is too large by less than 1, so the
// product by less than offset, which is less than 2^32 / size.
ALWAYS_INLINE uint64_t objectproduct(uint32_t offset, uint32_t recip)
{
	return (uint64_t)offset * recip;
}

ALWAYS_INLINE uint32_t productindex(uint64_t product)
{
	return (uint32_t)(product >> 32);
}

// offset % size == 0: the lower half counts the rest in steps of about 2^32 / size, and
// its error is less than one of them.
ALWAYS_INLINE bool atobject(uint64_t product, uint32_t recip)
{
	return (uint32_t)product < recip;
}

#endif
