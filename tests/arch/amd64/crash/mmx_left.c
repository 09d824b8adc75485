// tests/arch/amd64/crash/mmx_left.c - a function that yields with MMX registers in use is
// reported in the debug build: another goroutine would compute with them.
// variants: debug stress
// stderr~: ^fatal error: x87 or MMX registers in use at a call
// stderr~: ^rt_main
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	__asm__ volatile("pcmpeqd %%mm0, %%mm0" : : : "mm0");
	for (int i = 0; i < 100; i++)
		rt_gosched();
	return 0;
}
