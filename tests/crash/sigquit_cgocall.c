// tests/crash/sigquit_cgocall.c - SIGQUIT shows what called the C code that a thread runs.
// env: GOMAXPROCS=2
// stderr~: \ASIGQUIT: quit\n
// stderr~: ^goroutine [0-9]+ \[syscall\]:\n(rt_cgocall\(\.\.\.\)\n\t.*\n)?begins\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// stderr~: ^waits\(
// stderr~: ^(rip|pc) +0x[0-9a-f]+\n(rflags|pstate) 0x[0-9a-f]+\n
// exit: 2
#include "running.h"

static void spins(void *arg)
{
	(void)arg;
	atomic_store(&running, 1);
	while (atomic_load(&running))
		;
}

static void begins(void *arg)
{
	rt_cgocall(spins, arg);
	atomic_store(&running, 0);
}

static void ends(void)
{
	sigquit();
}
