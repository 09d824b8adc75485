// tests/unit/sizeclass.c - every small size has the smallest class that fits it.
//
// Promises: the classes are multiples of 16, four to a doubling above 64, and end at
// 32 KiB; rounding up costs at most a quarter; a chunk's rest that holds no object is at
// most a quarter of it; the division by multiplication is exact for every offset.
// exit: 0
#include <stdio.h>

#include "runtime/mem/sizeclass.h"

enum { ChunkBytes = 64 << 10 };

static int failures;

static void
check(int ok, const char *what, unsigned n)
{
	if (!ok && ++failures <= 20)
		printf("FAIL %s: %u\n", what, n);
}

static void
classes(void)
{
	check(classsize(0) == 16, "the first class is 16", classsize(0));
	check(classsize(NumSizeClasses - 1) == MaxSmallSize, "the last class",
	      classsize(NumSizeClasses - 1));
	for (unsigned c = 0; c < NumSizeClasses; c++) {
		unsigned size = classsize(c);

		check(size % 16 == 0, "a multiple of 16", size);
		check(sizeclass(size) == c, "a class's size is in that class", c);
		check(c == 0 || classsize(c - 1) < size, "sizes grow", c);
		check(c + 4 >= NumSizeClasses || size < 64 ||
		      classsize(c + 4) == 2 * size, "four steps to a doubling", size);
		check(ChunkBytes % size * 4 <= ChunkBytes, "rest of a chunk", size);
	}
}

static void
sizes(void)
{
	for (unsigned n = 0; n <= MaxSmallSize; n++) {
		unsigned c = sizeclass(n), size;

		check(c < NumSizeClasses, "within the classes", n);
		size = classsize(c);
		check(size >= n, "fits", n);
		check(c == 0 || classsize(c - 1) < n, "no smaller class fits", n);
		check(n <= 64 || size * 4 <= n * 5, "wastes at most a quarter", n);
	}
}

static void
indexes(void)
{
	for (unsigned c = 0; c < NumSizeClasses; c++) {
		unsigned size = classsize(c), recip = sizerecip(size);

		for (unsigned offset = 0; offset < ChunkBytes; offset++)
			check(objectindex(offset, recip) == offset / size, "index",
			      offset);
	}
}

int
main(void)
{
	classes();
	sizes();
	indexes();
	return failures != 0;
}
