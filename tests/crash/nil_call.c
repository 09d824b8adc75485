// tests/crash/nil_call.c - calling a null function pointer panics, and the traceback begins
// with the caller.
// matrix: GOMAXPROCS=1,4
// stderr: panic: runtime error: invalid memory address or nil pointer dereference
// stderr: [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]
// stderr:
// stderr: goroutine 1 [running]:
// stderr: calls_nothing(...)
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

static volatile int kept;

static __attribute__((noinline)) void calls_nothing(void)
{
	void (*fn)(void) = NULL;

	__asm__("" : "+r"(fn)); // the compiler must not know
	fn();
	kept++;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	calls_nothing();
	kept++;
	return 0;
}
