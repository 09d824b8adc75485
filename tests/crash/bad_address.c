// tests/crash/bad_address.c - an access far from null is no panic but the fatal error "fault".
// stderr: unexpected fault address 0x123456789000
// stderr: fatal error: fault
// stderr~: ^\[signal SIGSEGV: segmentation violation code=0x1 addr=0x123456789000 pc=0x[0-9a-f]+\]$
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	*(volatile int *)0x123456789000 = 1;
	return 0;
}
