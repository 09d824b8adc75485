// tests/crash/panic_text.c - rt_panic prints its text, formatted, and its caller.
// stderr: panic: boom 42 of "x"
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_panic("boom %d of \"%s\"", 42, "x");
}
