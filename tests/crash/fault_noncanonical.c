// tests/crash/fault_noncanonical.c - an address that no processor has is no null pointer, though the
// kernel says 0.
// stderr: unexpected fault address 0x0
// stderr: fatal error: fault
// stderr~: ^\[signal SIGSEGV: segmentation violation code=0x80 addr=0x0 pc=0x[0-9a-f]+\]$
// stderr: rt_main(...)
// exit: 2
// arch: not arm64: every address is one there
#include <rt.h>

static void faults(void *arg)
{
	*(volatile int *)arg = 1;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_recover(faults, (void *)0xdeadbeefdeadbeef, NULL, 0); // does not help
	return 0;
}
