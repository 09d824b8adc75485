// tests/crash/panic_recovered_returned.c - a panic that was recovered from is over when the function
// that did it has returned, even if the next panic comes from that place with those words on
// the stack: in another function that crosses to the segment from there, or in this one, called
// once more.
// env: HOW=crossing
// env: HOW=again
// env: HOW=blocks
// env: HOW=realigned
// env: HOW=jumps
// stderr~: \Apanic: the text\n\ngoroutine 1 \[running\]:\n
// stderr~: ^panics\(\.\.\.\)\n.*\n(panics_here|recovers_once|recovers_beside_blocks|recovers_realigned|recovers_and_jumps)\(\.\.\.\)\n.*\nrt_main\(
// exit: 2
#include <rt.h>

#ifdef __clang__
#define KEPT __attribute__((noinline))
#else
#define KEPT __attribute__((noipa))
#endif

static volatile char kept;

KEPT static void panics(void *arg)
{
	(void)arg;
	rt_panic("the text");
}

KEPT static void recovers(void)
{
	char text[4000];

	if (rt_recover(panics, NULL, text, sizeof text))
		kept = text[0];
}

KEPT static void panics_here(void)
{
	char text[8000];

	kept = text[kept & 1] = 1;
	panics(NULL);
	kept = text[kept & 1];
}

KEPT static void recovers_once(int n)
{
	if (n == 0)
		rt_recover(panics, NULL, NULL, 0);
	else
		panics(NULL);
	kept++;
}

// Its return address is replaced for what alloca put into the segment as well.
KEPT static void recovers_beside_blocks(int n)
{
	volatile char *before = __builtin_alloca((size_t)n + 100000), *after;

	before[n] = 1;
	recovers_once(0);
	if (n == 0)
		rt_recover(panics, NULL, NULL, 0);
	after = __builtin_alloca((size_t)n + 100000);
	after[n] = 2;
	if (n != 0)
		panics(NULL);
	kept = before[n] + after[n];
}

KEPT static void recovers_realigned(int n, ...)
{
	_Alignas(128) volatile char text[128];
	volatile char *p = __builtin_alloca((size_t)n + 16);

	text[n] = p[n] = 1;
	if (n == 0)
		rt_recover(panics, NULL, (char *)text, sizeof text);
	else
		panics(NULL);
	kept = text[n] + p[n];
}

// The last act of the one is a jump, and the other is what that calls.
KEPT static int jumps_to(int n)
{
	kept = (char)n;
	return n + 1;
}

KEPT static int recovers_and_jumps(int n)
{
	if (n != 0)
		panics(NULL);
	rt_recover(panics, NULL, NULL, 0);
	return jumps_to(n);
}

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");

	(void)argc, (void)argv;
	for (int i = 0; i < 2; i++) {
		switch (how[0]) {
		case 'c':
			recovers();
			panics_here();
			break;
		case 'a': recovers_once(i); break;
		case 'b': recovers_beside_blocks(i); break;
		case 'r': recovers_realigned(i, 1, 2, 3, 4, 5, 6, 7); break;
		case 'j': kept = (char)recovers_and_jumps(i); break;
		}
	}
	return 0;
}
