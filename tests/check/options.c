/* tests/check/options.c - a little of everything, for options.sh: says ok if code made with
 * any options works. It is C89, C++ and whatever came in between. */
#include <rt.h>

#ifdef __cplusplus
#define CAST(type, x) static_cast<type>(x)
#else
#define CAST(type, x) ((type)(x))
#endif

enum { Goroutines = 10, Depth = 500 };

static int zeroed[1000];
static int written[] = { 1, 2, 3 };
static const char *const names[] = { "zero", "one" };

static rt_chan *numbers, *squares;

static void square(void *arg)
{
	int n;

	(void)arg;
	rt_chan_recv(numbers, &n);
	rt_gosched();
	n *= n;
	rt_chan_send(squares, &n);
}

/* Onto a segment, with arguments on the stack. */
static int deep(int n, int a, int b, int c, int d, int e, int f, int g)
{
	volatile char frame[100];

	frame[n % 100] = 1;
	return n == 0 ? g - f : deep(n - 1, a, b, c, d, e, f, g) + frame[n % 100];
}

static void unlocks(rt_mutex *m)
{
	rt_mutex_lock(m);
	{
		rt_defer(rt_mutex_unlock, m);
		zeroed[0]++;
	}
}

static void panics(void *arg)
{
	rt_panic("%s %d", names[1], *CAST(int *, arg));
}

int rt_main(int argc, char **argv)
{
	static rt_mutex m;
	char text[64];
	volatile double half = 0.5 * argc;
	int i, n, sum = 0;
	rt_case cases[2];

	(void)argv;
	numbers = rt_chan_make(sizeof n, 0);
	squares = rt_chan_make(sizeof n, 0);
	for (i = 0; i < Goroutines; i++)
		rt_go(square, NULL);
	for (i = 0; i < Goroutines; i++)
		rt_chan_send(numbers, &i);
	cases[0].kind = RT_CASE_RECV;
	cases[0].chan = squares;
	cases[0].elem = &n;
	cases[1].kind = RT_CASE_RECV;
	cases[1].chan = NULL;
	cases[1].elem = NULL;
	for (i = 0; i < Goroutines; i++) {
		if (rt_select(cases, 2) != 0)
			return 1;
		sum += n;
	}
	if (sum != 285 || deep(Depth, 1, 2, 3, 4, 5, 6, 7) != Depth + 1)
		return 2;
	unlocks(&m);
	unlocks(&m);
	n = 42;
	if (!rt_recover(panics, &n, text, sizeof text) || text[0] != 'o' || text[5] != '2')
		return 3;
	rt_snprintf(text, sizeof text, "%.2f %d %d", half + 1, zeroed[0], written[2]);
	for (i = 0; "1.50 2 3"[i]; i++) {
		if (text[i] != "1.50 2 3"[i])
			return 4;
	}
	rt_printf("ok\n");
	return 0;
}
