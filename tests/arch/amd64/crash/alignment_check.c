// tests/arch/amd64/crash/alignment_check.c - a program that has the processor check alignment
// gets a report of its fault, with a traceback, and no second fault.
// stderr~: ^unexpected fault address 0x0
// stderr~: ^fatal error: fault
// stderr~: ^\[signal SIGBUS: bus error code=0x1
// stderr~: ^load\(.*\n.*\nrt_main
// exit: 2
#include <rt.h>

static __attribute__((noipa)) int load(const char *p)
{
	int n;

	__asm__ volatile("pushfq; orl $0x40000, (%%rsp); popfq; movl 1(%1), %0" : "=r"(n) : "r"(p)
	                 : "memory", "cc");
	return n;
}

int rt_main(int argc, char **argv)
{
	static _Alignas(8) char bytes[8];

	(void)argc, (void)argv;
	return load(bytes) + load(bytes);
}
