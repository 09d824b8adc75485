// tests/crash/panic_lines.c - the lines of a panic's text are indented after the first.
// stderr~: \Apanic: one\n\ttwo\n\t\n\tpanic: three\n\tfour\n\n
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_defer(panics, "three\nfour");
	rt_panic("one\ntwo\n");
}
