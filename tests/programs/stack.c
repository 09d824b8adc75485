// tests/programs/stack.c - rt_stack: the caller's traceback, or everyone's.
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

static rt_chan *gate;
static rt_waitgroup waiting;
static char text[1 << 16];

static __attribute__((noinline)) void waits(void)
{
	rt_waitgroup_done(&waiting);
	check(!rt_chan_recv(gate, NULL));
}

static void waiter(void *arg)
{
	waits();
	check(!arg); // so that it does not end in a jump
}

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

// Is what in text, from *p on? Moves *p behind it.
static bool follows(const char **p, const char *what)
{
	for (; **p; (*p)++) {
		size_t n = 0;

		while (what[n] && (*p)[n] == what[n])
			n++;
		if (!what[n]) {
			*p += n;
			return true;
		}
	}
	return false;
}

static __attribute__((noinline)) void own(void)
{
	size_t n = rt_stack(text, sizeof text, false);
	const char *p = text;
	char small[8];

	equal(n, length(text));
	check(text[0] == 'g');
	check(follows(&p, "goroutine 1 [running]:\nown(...)\n\t"));
	check(follows(&p, "\nrt_main(...)\n\t"));
	p = text;
	check(!follows(&p, "waits"));
	p = text;
	check(!follows(&p, "rt_stack"));

	small[7] = 'x';
	check(rt_stack(small, 7, false) + 4 > n); // another offset in this function
	check(same(small, "gorout") && small[7] == 'x');
	check(rt_stack(NULL, 0, false) + 4 > n);
}

static __attribute__((noinline)) void everyone(void)
{
	const char *p = text;

	equal(rt_stack(text, sizeof text, true), length(text));
	// They are about to wait.
	for (int i = 0; i < 3; i++) {
		if (!follows(&p, " [chan receive]:\n")) {
			rt_gosched();
			return everyone();
		}
	}
	p = text;
	check(follows(&p, "goroutine 1 [running]:\neveryone(...)\n"));
	for (int i = 0; i < 3; i++) {
		check(follows(&p, "\n\ngoroutine "));
		check(follows(&p, " [chan receive]:\n"));
		check(follows(&p, "waits(...)\n"));
		check(follows(&p, "\nwaiter(...)\n"));
		check(follows(&p, "\ncreated by rt_main in goroutine 1\n"));
	}
	check(!follows(&p, "goroutine "));
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	gate = rt_chan_make(0, 0);
	rt_waitgroup_add(&waiting, 3);
	for (int i = 0; i < 3; i++)
		rt_go(waiter, NULL);
	rt_waitgroup_wait(&waiting);
	own();
	everyone();
	return 0;
}
