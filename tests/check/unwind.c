// unwind.c - the program that tests/check/unwind.py steps through: a goroutine's chain of
// calls over the boundary between its stacks in every way there is, one after the other.
// The functions at the end are called while "outer" and "walker" wait for them.
#include <rt.h>

#define KEPT __attribute__((noipa))

volatile int kept; // makes each call more than the last thing that its function does

// ---- a big frame, three kinds of arguments --------------------------------------------

KEPT int inner(int n)
{
	volatile char frame[3000];

	frame[0] = (char)n;
	return frame[0] + 1;
}

KEPT int inner_many(int a, int b, int c, int d, int e, int f, int g, int h)
{
	volatile char frame[3000];

	frame[0] = (char)(a + b + c + d + e + f + g + h);
	return frame[0] + 1;
}

KEPT int inner_variable(int n, ...)
{
	volatile char frame[3000];
	__builtin_va_list ap;

	__builtin_va_start(ap, n);
	frame[0] = (char)(n + __builtin_va_arg(ap, int));
	__builtin_va_end(ap);
	return frame[0] + 1;
}

KEPT int inner_small(int n)
{
	kept += n;
	return n + 1;
}

KEPT int middle(int n)
{
	n += inner(n); // attaches the segment
	n += inner(n); // which is there now
	n += inner_many(n, 2, 3, 4, 5, 6, 7, 8);
	n += inner_variable(n, 1);
	kept += n;
	return n;
}

KEPT int middle_small(int n)
{
	n += inner_small(n);
	kept += n;
	return n;
}

// ---- memory from the segment that is given back by allocreturn --------------------------

KEPT int inner_alloca(int n)
{
	volatile char *a = __builtin_alloca((size_t)n);
	volatile char *b;

	a[0] = 1;
	n += inner_small(n);
	b = __builtin_alloca((size_t)n);
	b[0] = 2;
	kept += n;
	return n + a[0] + b[0];
}

KEPT int middle_alloca(int n)
{
	volatile char *a = __builtin_alloca((size_t)n);

	a[0] = 1;
	n += inner_alloca(n);
	kept += n;
	return n + a[0];
}

// The second block's record takes the place of the first's, the function's only one.
KEPT int middle_blocks(int n)
{
	for (int i = 0; i < 2; i++) {
		volatile char block[n + i];

		block[0] = (char)i;
		kept += block[0];
	}
	return n;
}

// ---- a function that has recovered from a panic and returns to recoverreturn --------------

static void panics(void *arg)
{
	(void)arg;
	rt_panic("caught");
}

KEPT int inner_recovered(int n)
{
	kept += n;
	return n + 1;
}

KEPT int middle_recovers(int n)
{
	rt_recover(panics, NULL, NULL, 0);
	n += inner_recovered(n);
	kept += n;
	return n;
}

// ---- leaving and coming back --------------------------------------------------------------

KEPT int middle_yields(int n)
{
	rt_gosched();
	kept += n;
	return n + 1;
}

volatile int spinning;

KEPT int inner_spins(int n)
{
	while (spinning)
		n++;
	return n;
}

KEPT int middle_spins(int n)
{
	n += inner_spins(n);
	kept += n;
	return n;
}

// ---- the rest of the chain ------------------------------------------------------------------

KEPT int outer(int (*fn)(int), int n)
{
	n += fn(n);
	kept += n;
	return n;
}

KEPT void walker(void *done)
{
	kept += outer(middle, 1);
	kept += outer(middle_small, 1);
	kept += outer(middle_small, 1);
	kept += outer(middle_alloca, 5000);
	kept += outer(middle_blocks, 5000);
	kept += outer(middle_recovers, 1);
	kept += outer(middle_yields, 1);
	spinning = 1;
	kept += outer(middle_spins, 1);
	rt_chan_send(done, NULL);
	kept++;
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	rt_go(walker, done);
	rt_chan_recv(done, NULL);
	return 0;
}
