// tests/unit/sizeclass.c - every small size has the smallest class that fits it.
//
// Promises: the classes are multiples of 16, eight to a doubling above 128, and end at
// 32 KiB; rounding up wastes at most an eighth above 128 bytes; the table agrees with
// the computation; a span has at least 4 objects and at most MaxSpanObjects in at most
// MaxSpanPages, and its rest is at most 1/64 of it; index and alignment by multiplication
// are exact for every offset.
// exit: 0
#include <stdio.h>

#include "runtime/mem/sizeclass.h"

static int failures;
static const uint8_t table[ClassTableMax / 16 + 1] = { CLASSTABLE(CLASSOF) };

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
		check(c + 8 >= NumSizeClasses || size < 128 ||
		      classsize(c + 8) == 2 * size, "eight steps to a doubling", size);
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
		check(n <= 128 || (size - n) * 8 <= size, "wastes at most an eighth", n);
		check(n > ClassTableMax || table[(n + 15) / 16] == c, "table", n);
	}
}

static void
spans(void)
{
	for (unsigned c = 0; c < NumSizeClasses; c++) {
		unsigned size = classsize(c);
		uint64_t recip = sizerecip(size);
		unsigned pages = spanpages(size), bytes = pages * HeapPage, n = bytes / size;

		check(pages <= MaxSpanPages, "pages of a span", size);
		check(n >= 4 && n <= MaxSpanObjects, "objects of a span", size);
		check(bytes % size * 64 <= bytes, "rest of a span", size);
		for (unsigned offset = 0; offset < bytes; offset++) {
			Product product = objectproduct(offset, recip);

			check(productindex(product) == offset / size, "index", offset);
			check(atobject(product, recip) == (offset % size == 0),
			      "start of an object", offset);
		}
	}
}

int
main(void)
{
	classes();
	sizes();
	spans();
	return failures != 0;
}
