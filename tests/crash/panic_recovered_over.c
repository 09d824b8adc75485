// tests/crash/panic_recovered_over.c - a panic that was recovered from by a function that has
// returned is over; so is one after which rt_recover caught nothing.
// env: HOW=returned
// env: HOW=nothing
// env: HOW=nested
// stderr~: \Apanic: alone\n\ngoroutine 1 \[running\]:\n
// exit: 2
#include "../lib/test.h"

static volatile int kept;

static __attribute__((noinline)) int recovers(void *text)
{
	return rt_recover(panics, text, NULL, 0) + kept;
}

static void recovers_inside(void *text)
{
	recovers(text);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	switch (rt_getenv("HOW")[1]) {
	case 'e': // returned, nested
		for (int i = 0; i < 3; i++)
			recovers("over");
		break;
	case 'o':
		rt_recover(panics, "over", NULL, 0);
		rt_recover(nothing, NULL, NULL, 0);
		break;
	}
	rt_defer(recovers_inside, "inside");
	rt_panic("alone");
}
