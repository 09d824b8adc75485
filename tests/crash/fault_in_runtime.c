// tests/crash/fault_in_runtime.c - a fault in the runtime's own code is fatal, with the registers,
// and nobody recovers from it.
// stderr~: \ASIGSEGV: segmentation violation\nPC=0x[0-9a-f]+ m=0 sigcode=1 addr=0x[0-9a-f]+\n\n
// stderr: goroutine 1 [running]:
// stderr~: ^(rflags|pstate) 0x[0-9a-f]+$
// exit: 2
#include <rt.h>

static void acquires(void *s)
{
	while (!rt_sem_try_acquire(s))
		;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_recover(acquires, (void *)8, NULL, 0);
	return 0;
}
