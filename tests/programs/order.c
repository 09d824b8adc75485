// tests/programs/order.c - the order in which the goroutines of one processor run: the
// last one started first, then the ring, with what overflowed into the global queue mixed in
// by the share of globrunqget and by the 61st tick.
//
// The orders are those that Go 1.13 to 1.27 print for such a program. A time slice that
// ends changes them, and on a loaded machine a thread may lose its CPU for that long: a
// program that sees another order starts itself again, and fails when it never fits.
// Where goroutines start on segments, to make 600 takes longer than a slice.
//
// env: N=3
// env: N=257
// env: N=258
// env: N=300
// env: N=600
// matrix: GOMAXPROCS=1
// matrix: GODEBUG=asyncpreemptoff=1
// variants: release debug
// compilers: gcc
// arch: not qemu: it executes no program for the processor that it emulates
// arch: not machine: to make 257 segments takes longer than a time slice there
#include "../lib/test.h"

enum { Most = 600, Attempts = 20 };

static const struct {
	int n;
	const char *order;
} golden[] = {
	{ 3, "2 0-1" },
	{ 257, "256 0-255" },
	{ 258, "257 128-184 0 185-244 1 245-255 2-127 256" },
	{ 300, "299 128-184 0 185-244 1 245-255 257-298 2-127 256" },
	{ 600, "599 386-442 0 443-502 1 503-513 515-563 2 564-598 3-27 130 28-87 131 "
	       "88-127 256 128-129 132-148 260 149-208 261 209-255 385 257-259 262-384 514" },
};

static int ran[Most], nran;
static rt_waitgroup all;

static void append(void *arg)
{
	ran[nran++] = (int)(intptr_t)arg;
	rt_waitgroup_done(&all);
}

static int digits(const char **text)
{
	int n = 0;

	while (**text >= '0' && **text <= '9')
		n = n * 10 + *(*text)++ - '0';
	return n;
}

static bool at_is(int at, int wanted, bool last_attempt)
{
	if (last_attempt && ran[at] != wanted) {
		rt_eprintf("at place %d: ", at);
		equal(ran[at], wanted);
	}
	return ran[at] == wanted;
}

static bool fits(const char *order, bool last_attempt)
{
	int at = 0;

	while (*order) {
		int from = digits(&order), to = from;

		if (*order == '-') {
			order++;
			to = digits(&order);
		}
		while (*order == ' ')
			order++;
		for (int i = from; i <= to; i++) {
			if (!at_is(at++, i, last_attempt))
				return false;
		}
	}
	equal(at, nran);
	return true;
}

// The number of arguments is the number of attempts.
static void start_again(int attempts)
{
	char *args[Attempts + 2] = { NULL }, n[32];
	char *env[] = { n, "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", NULL };

	rt_snprintf(n, sizeof n, "N=%s", rt_getenv("N"));
	for (int i = 0; i < attempts; i++)
		args[i] = "order";
	equal(rt_syscall(SYS_execve, "/proc/self/exe", args, env), 0);
}

static void compare(const char *order, int attempts)
{
	if (!fits(order, attempts == Attempts))
		start_again(attempts + 1);
}

int rt_main(int argc, char **argv)
{
	const char *text = rt_getenv("N");
	int n;

	(void)argv;
	check(text != NULL);
	n = (int)number(text);
	check(n <= Most);
	rt_waitgroup_add(&all, n);
	for (int i = 0; i < n; i++)
		rt_go(append, (void *)(intptr_t)i);
	rt_waitgroup_wait(&all);
	equal(nran, n);
	for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
		if (golden[i].n == n) {
			compare(golden[i].order, argc);
			return 0;
		}
	}
	check(!"an order for N");
	return 1;
}
