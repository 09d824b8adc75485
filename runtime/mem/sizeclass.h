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
// of n - 1 choose the step; up to 256 steps are 16. CLASSTABLE has the answers for what is
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
#define CLASSES4(f, i) f(i), f((i) + 1), f((i) + 2), f((i) + 3)
#define CLASSES16(f, i)                                                                \
	CLASSES4(f, i), CLASSES4(f, (i) + 4), CLASSES4(f, (i) + 8), CLASSES4(f, (i) + 12)
// f(CLASSOF's argument) for each [(n + 15) / 16] of a table.
#define CLASSTABLE(f)                                                                  \
	CLASSES16(f, 0), CLASSES16(f, 16), CLASSES16(f, 32), CLASSES16(f, 48), f(64)

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

// What an offset in a span is multiplied by: 2^64 / size, rounded up.
ALWAYS_INLINE uint64_t sizerecip(uint32_t size)
{
	return UINT64_MAX / size + 1;
}

__extension__ typedef unsigned __int128 Product;

// Its upper half is offset / size, its lower half tells the rest. The reciprocal is too
// large by less than 1, so the product by less than offset, which is far below 2^64 / size.
ALWAYS_INLINE Product objectproduct(uintptr_t offset, uint64_t recip)
{
	return (Product)offset * recip;
}

ALWAYS_INLINE uint64_t productindex(Product product)
{
	return (uint64_t)(product >> 64);
}

// offset % size == 0: the lower half counts the rest in steps of the reciprocal, and its
// error is less than one of them.
ALWAYS_INLINE bool atobject(Product product, uint64_t recip)
{
	return (uint64_t)product < recip;
}

#endif
