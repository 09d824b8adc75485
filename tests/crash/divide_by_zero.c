// tests/crash/divide_by_zero.c - an integer division by zero panics.
// stderr: panic: runtime error: integer divide by zero
// stderr~: ^\[signal SIGFPE: floating-point exception code=0x1 addr=0x[0-9a-f]+ pc=0x[0-9a-f]+\]$
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
// arch: not arm64: the processor returns 0
#include <rt.h>

int rt_main(int argc, char **argv)
{
	volatile int zero = 0;

	(void)argv;
	return argc / zero;
}
