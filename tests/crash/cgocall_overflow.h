// cgocall_overflow.h - the ways over the end of the stack.
#include "../lib/test.h"

static volatile size_t kept;

static __attribute__((noinline)) void small(size_t n)
{
	volatile char frame[200];

	frame[0] = (char)n;
	small(n + 1);
	kept = (size_t)frame[0];
}

static __attribute__((noinline)) void large(void)
{
	volatile char frame[9 << 20];

	for (size_t i = sizeof frame; i > 0; i -= 1024)
		frame[i - 1] = 1;
	kept = (size_t)frame[0];
}

static __attribute__((noinline)) void array(size_t n)
{
	volatile char many[n];

	many[n - 1] = many[0] = 1;
	array(n + 1000);
	kept = (size_t)many[n / 2];
}

static void overflow(void *unused)
{
	const char *how = rt_getenv("HOW");

	(void)unused;
	if (same(how, "small"))
		small(0);
	else if (same(how, "large"))
		large();
	else
		array(same(how, "array") ? 100 : 7 << 20);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_cgocall(overflow, NULL);
	return 0;
}
