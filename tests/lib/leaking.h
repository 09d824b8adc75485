// tests/lib/leaking.h - for tests that make leaks: no word of theirs may be left where it counts.
#ifndef LEAKING_H
#define LEAKING_H

#include "waiting.h"

// A function that makes a leak is not inlined, so that its frame is gone when it has returned.
#define APART __attribute__((noinline))

// Overwrites what earlier calls have left on the stack: in small frames, since a large one would not
// be on a small stack.
static APART int wipe_frames(int n)
{
	volatile uintptr_t words[16];

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		words[i] = 0;
	return n > 0 ? wipe_frames(n - 1) + (int)words[n % 16] : 0;
}

static inline void wipe_stack(void)
{
	wipe_frames(60);
}

#endif
