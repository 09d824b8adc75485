// tests/crash/freed_timer.c - a second rt_timer_free is fatal in every build, and so are
// rt_timer_stop and rt_timer_reset after the first: while the memory is free, when it is
// another object, and when the timer fires at that moment.
// env: HOW=free
// env: HOW=stop
// env: HOW=reset
// env: HOW=free WHAT=used
// env: HOW=stop WHAT=used
// env: HOW=reset WHAT=used
// hosted: not address: AddressSanitizer reports it in its own words
// stderr~: ^fatal error: use of a freed timer: 0x[0-9a-f]+
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
#include "../lib/test.h"

static void fill(void *p, size_t n)
{
	for (size_t i = 0; i < n / 4; i++)
		((volatile uint32_t *)p)[i] = i ? 7 : 0;
}

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	rt_timer *t = rt_timer_func(RT_SECOND, 0, rt_free, NULL);
	size_t n = rt_malloc_usable_size(t);

	(void)argc, (void)argv;
	rt_timer_free(t);
	if (rt_getenv("WHAT")) {
		void *p;

		// More than a cache has, so that one of them is where the timer was.
		do {
			p = rt_malloc(n);
			fill(p, n);
		} while (p != t);
	}
	if (same(how, "free"))
		rt_timer_free(t);
	else if (same(how, "stop"))
		rt_timer_stop(t);
	else
		rt_timer_reset(t, 1, 0);
	return 0;
}
