// tests/crash/traceback_boundary.c - a traceback goes from the segment over the boundary to
// the small stack: from a panic, from a fault, from a goroutine that is parked there; past
// functions with memory from alloca too. Every function appears once, in its order.
// matrix: HOW=panic,fault,alloca_panic,alloca_fault,parked,alloca_parked
// stderr: third(...)
// stderr: second(...)
// stderr: first(...)
// stderr: crossing(...)
// stderr: small2(...)
// stderr: small1(...)
// stderr: walker(...)
// stderr: created by rt_main in goroutine 1
// stderr~: \A(panic: .+|fatal error: all goroutines are asleep - deadlock!)\n(\[.*\]\n)?\ngoroutine
// stderr~: \ngoroutine [0-9]+ \[(running|chan receive)\]:\n(rt_\w+\(\.\.\.\)\n\t.*\n)?third\(\.\.\.\)\n\t.*\nsecond\(\.\.\.\)\n\t.*\nfirst\(\.\.\.\)\n\t.*\ncrossing\(\.\.\.\)\n\t.*\nsmall2\(\.\.\.\)\n\t.*\nsmall1\(\.\.\.\)\n\t.*\nwalker\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// exit: 2
#include <rt.h>

#define KEPT __attribute__((noinline, noclone))

static volatile int kept;
static rt_chan *never;

static int is(const char *how)
{
	const char *all = rt_getenv("HOW");
	size_t n = 0;

	while (how[n])
		n++;
	for (; *all; all++) {
		size_t i = 0;

		while (i < n && all[i] == how[i])
			i++;
		if (i == n)
			return 1;
	}
	return 0;
}

static KEPT void third(volatile int *p)
{
	if (is("panic"))
		rt_panic("on the segment");
	if (is("parked"))
		rt_chan_recv(never, NULL);
	*p = 1;
}

static KEPT void second(volatile int *p)
{
	third(p);
	kept++;
}

static KEPT void first(volatile int *p)
{
	second(p);
	kept++;
}

// Runs on the segment.
static KEPT void crossing(volatile int *p)
{
	volatile char frame[3000];

	frame[0] = 1;
	first(p);
	kept += frame[0];
}

// With n > 0 it returns to allocreturn.
static KEPT void small2(int n)
{
	if (n > 0)
		*(volatile char *)__builtin_alloca((size_t)n) = 1;
	crossing(NULL);
	kept++;
}

static KEPT void small1(int n)
{
	if (n > 0)
		*(volatile char *)__builtin_alloca((size_t)n) = 1;
	small2(n);
	kept++;
}

static KEPT void walker(void *arg)
{
	(void)arg;
	small1(is("alloca") ? 5000 : 0);
	kept++;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	never = rt_chan_make(0, 0);
	rt_go(walker, NULL);
	rt_chan_recv(never, NULL);
	return 0;
}
