// tests/crash/panic_nested.c - a panic in a deferred call makes the calls that are left;
// all panics are reported, the oldest first.
// matrix: GOMAXPROCS=1,4
// stderr~: \Apanic: first panic\n\tpanic: second panic\n\tpanic: third\n\n
// stderr: goroutine 1 [running]:
// stderr: panics(...)
// stderr: rt_panic(...)
// stderr: panics(...)
// stderr: rt_panic(...)
// stderr: rt_main(...)
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_defer(panics, "third");
	rt_defer(panics, "second panic");
	rt_panic("first panic");
}
