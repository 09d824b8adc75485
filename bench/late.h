// late.h - how late sleepers woke: the middle, and the end, of a sorted list. The file that
// includes it has a metric().
#ifndef LATE_H
#define LATE_H

#include <stdint.h>

// Puts v where it belongs in the heap below i, whose root is free.
static inline void sift(int64_t *a, int64_t i, int64_t n, int64_t v)
{
	for (int64_t c; (c = 2 * i + 1) < n; i = c) {
		if (c + 1 < n && a[c + 1] > a[c])
			c++;
		if (a[c] <= v)
			break;
		a[i] = a[c];
	}
	a[i] = v;
}

static inline void sort(int64_t *a, int64_t n)
{
	for (int64_t i = n / 2; i-- > 0;)
		sift(a, i, n, a[i]);
	while (n-- > 1) {
		int64_t v = a[n];

		a[n] = a[0];
		sift(a, 0, n, v);
	}
}

// Sorts what was measured, in ns.
static inline void lateness(int64_t *late, int64_t n)
{
	sort(late, n);
	metric("late_p50", (double)late[n / 2] / 1e3, "us");
	metric("late_p99", (double)late[n * 99 / 100] / 1e3, "us");
	metric("late_max", (double)late[n - 1] / 1e3, "us");
}

#endif
