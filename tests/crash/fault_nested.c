// tests/crash/fault_nested.c - a fault is a panic like others: its deferred calls are made, and
// their panic tells of both.
// stderr~: \Adeferred\npanic: runtime error: invalid memory address or nil pointer dereference\n\tpanic: second\n\[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x[0-9a-f]+\]\n\ngoroutine 1 \[running\]:\npanics\(
// stderr: faults(...)
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

static volatile int kept;

static void panics(void *arg)
{
	rt_eprintf("deferred\n");
	rt_panic("%s", (char *)arg);
}

static __attribute__((noinline)) void faults(volatile int *p)
{
	kept = p[2];
}

int rt_main(int argc, char **argv)
{
	volatile int *p = NULL;

	(void)argc, (void)argv;
	__asm__("" : "+r"(p)); // the compiler must not know
	rt_defer(panics, "second");
	faults(p);
	kept++;
	return 0;
}
