// popcount.c - the bits of a word, counted. Compilers call this by themselves; with libgcc's
// a program would get a table for unwinding, too.
//
// built: unchecked
#include "runtime/base/types.h"

int __popcountdi2(uint64_t v);

// Sums of 1, 2, 4 and 8 bits, side by side; the product adds the eight of them up.
int __popcountdi2(uint64_t v)
{
	v -= v >> 1 & 0x5555555555555555;
	v = (v & 0x3333333333333333) + (v >> 2 & 0x3333333333333333);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (int)(v * 0x0101010101010101 >> 56);
}
