// tests/lib/waiting.h - waiting until others wait, as a traceback of all goroutines shows it.
#ifndef WAITING_H
#define WAITING_H

#include "test.h"

// Returns how many goroutines are in the state: "IO wait", "chan receive".
static inline int count_in(const char *state)
{
	static char text[1 << 18];
	int n = 0;

	check(rt_stack(text, sizeof text, true) < sizeof text);
	for (const char *p = text; (p = find(p, "\ngoroutine ")) != NULL;) {
		p = find(p, "[") + 1;
		n += starts_with(p, state);
	}
	return n;
}

// Returns when n goroutines are in the state, which they do not leave by themselves.
static inline void await_in(int n, const char *state)
{
	while (count_in(state) < n)
		rt_gosched();
}

#endif
