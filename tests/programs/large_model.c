// tests/programs/large_model.c - a program of the large code model: its functions grow their
// stacks, those in .ltext, where clang puts them, are preempted as any other, and its data has
// its values.
// matrix: GOMAXPROCS=1,2
// cflags: -mcmodel=large
// hosted: not thread/clang: a loop without calls keeps its processor there
// arch: not arm64: no function checks its stack there, so goroutines have no small ones
#include "../lib/test.h"

#define PUT_IN(name) __attribute__((section(name)))

static PUT_IN(".ldata") int data[] = { 1, 2, 3 };
static PUT_IN(".lbss,\"aw\",@nobits#") int zeroed[1000];
static PUT_IN(".lrodata") const int constant[] = { 4, 5, 6 };
static _Atomic(bool) stop;
static _Atomic(int) spinning;

// Never returns by itself, and calls nothing.
static PUT_IN(".ltext") void spin(void *arg)
{
	(void)arg;
	spinning++;
	while (!stop)
		;
	spinning--;
}

static PUT_IN(".ltext.deep") int deep(int n, int a, int b, int c, int d, int e, int f, int g)
{
	volatile char frame[100];

	frame[n % 100] = 1;
	return n == 0 ? g - f : deep(n - 1, a, b, c, d, e, f, g) + frame[n % 100];
}

int rt_main(int argc, char **argv)
{
	enum { Spinners = 4 };

	(void)argv;
	for (int i = 0; i < Spinners; i++)
		rt_go(spin, NULL);
	while (spinning < Spinners) // each takes a processor, and must give it back
		rt_gosched();
	equal(deep(1000, 1, 2, 3, 4, 5, 6, 7), 1001);
	stop = true;
	while (spinning > 0)
		rt_gosched();
	equal(data[argc], 2);
	equal(zeroed[argc], 0);
	equal(constant[argc], 5);
	zeroed[argc] = 7;
	equal(zeroed[argc], 7);
	return 0;
}
