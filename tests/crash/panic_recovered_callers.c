// tests/crash/panic_recovered_callers.c - a function that has recovered from a panic is in tracebacks
// with all of its callers, and is known as the creator of a goroutine, also where that is its
// last act (the compiler makes a jump of that, so that its caller is named).
// stderr~: \Apanic: last\n\ngoroutine (\d+) \[running\]:\npanics\(.*\n.*\nlives\(.*\n.*\ncreated by (starts_one|rt_main) in goroutine 1\n
// stderr~: ^goroutine 1 \[.*\]:\n(rt_.*\n.*\n)*waits\(.*\n.*\nrecovers\(.*\n.*\ncalls\(.*\n.*\nrt_main\(
// env: GOTRACEBACK=all
// exit: 2
#include "../lib/waiting.h"

#define KEPT __attribute__((noipa))

static volatile int kept;
static rt_chan *never;

KEPT KEPT static void lives(void *arg)
{
	await_in(1, "chan receive");
	panics(arg);
	kept++;
}

KEPT static void starts_one(void)
{
	rt_recover(panics, "first", NULL, 0);
	rt_go(lives, "last");
}

KEPT static void waits(void)
{
	rt_chan_recv(never, NULL);
	kept++;
}

KEPT static void recovers(void)
{
	rt_recover(panics, "second", NULL, 0);
	waits();
	kept++;
}

KEPT static void calls(void)
{
	recovers();
	kept++;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	never = rt_chan_make(0, 0);
	starts_one();
	calls();
	return 0;
}
