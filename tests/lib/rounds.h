// tests/lib/rounds.h - for tests that repeat something until it is likely to fail.
#ifndef ROUNDS_H
#define ROUNDS_H

#include <rt.h>

// Returns how many times longer all takes where the test runs: RT0_SLOWER (tests/run).
static inline int slower(void)
{
	const char *text = rt_getenv("RT0_SLOWER");
	int n = 0;

	for (; text && *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (*text - '0');
	return n > 1 ? n : 1;
}

// Returns n, or as many fewer as each takes longer.
static inline int rounds(int n)
{
	return slower() > 1 ? n / slower() + 1 : n;
}

#endif
