// tests/crash/panic_recovered.c - a panic of the function that has recovered from another,
// itself, in what it calls or in what it has deferred, tells of both.
// env: HOW=itself
// env: HOW=deferred
// env: HOW=calls
// hosted: not any: there a panic is forgotten when rt_recover returns
// stderr~: \Apanic: first panic \[recovered\]\n\tpanic: second panic\n\ngoroutine 1 \[running\]:\n
// exit: 2
#include "../lib/test.h"

static void recovers_and_panics(void *arg)
{
	char text[64];

	if (rt_recover(panics, "first panic", text, sizeof text))
		rt_panic("%s", (char *)arg);
}

int rt_main(int argc, char **argv)
{
	char text[64];

	(void)argc, (void)argv;
	if (rt_getenv("HOW")[0] == 'i')
		recovers_and_panics("second panic");
	rt_recover(panics, "not the last one", text, sizeof text);
	if (rt_getenv("HOW")[0] == 'd') {
		rt_defer(recovers_and_panics, "second panic");
		return 0;
	}
	rt_recover(panics, "first panic", text, sizeof text);
	panics("second panic");
	return 0;
}
