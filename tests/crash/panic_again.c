// tests/crash/panic_again.c - a panic with the text of the one that was just recovered from
// is that panic again, and reported once.
// hosted: not any: there a panic is forgotten when rt_recover returns
// stderr~: \Apanic: first panic \[recovered, repanicked\]\n\ngoroutine 1 \[running\]:\nrt_main\(
// exit: 2
#include <rt.h>

static void panics(void *arg)
{
	(void)arg;
	rt_panic("first %s", "panic");
}

int rt_main(int argc, char **argv)
{
	char text[64];

	(void)argc, (void)argv;
	if (rt_recover(panics, NULL, text, sizeof text))
		rt_panic("%s", text);
	return 0;
}
