// tests/arch/amd64/crash/alignment_check_panic.c - a panic while the processor checks alignment
// is reported with its text and a traceback.
// hosted: not any: the C library accesses words at any address
// stderr: panic: with the flag set
// stderr~: ^goroutine 1 \[running\]:
// stderr~: ^rt_main
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	__asm__ volatile("pushfq; orl $0x40000, (%%rsp); popfq" : : : "memory", "cc");
	rt_panic("with the flag set");
}
