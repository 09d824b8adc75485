// tests/crash/nil_read.c - reading and writing through a null pointer panics with the
// signal, the address and the place.
// env: HOW=read
// env: HOW=write
// stderr: panic: runtime error: invalid memory address or nil pointer dereference
// stderr~: ^\[signal SIGSEGV: segmentation violation code=0x1 addr=0x(0|10) pc=0x[0-9a-f]+\]$
// stderr:
// stderr: goroutine 1 [running]:
// stderr: victim(...)
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

static volatile int kept;

static __attribute__((noinline)) void victim(volatile int *p)
{
	if (rt_getenv("HOW")[0] == 'r')
		kept = p[0];
	else
		p[4] = 1;
}

int rt_main(int argc, char **argv)
{
	volatile int *p = NULL;

	(void)argc, (void)argv;
	__asm__("" : "+r"(p)); // the compiler must not know
	victim(p);
	kept++;
	return 0;
}
