// tests/crash/sigquit_deaf.c - SIGQUIT's report does not wait forever for a thread that has the
// runtime's signal blocked, and has all else.
// env: GOMAXPROCS=2
// timeout: 20
// stderr~: \ASIGQUIT: quit\n
// stderr~: ^goroutine [0-9]+ \[running\]:\n\tgoroutine running on other thread; stack unavailable\ncreated by rt_main in goroutine 1\n
// stderr~: ^waits\(
// stderr~: ^(rip|pc) +0x[0-9a-f]+\n(rflags|pstate) 0x[0-9a-f]+\n
// exit: 2
#include "running.h"

static void begins(void *arg)
{
	uint64_t urgent = 1 << (SIGURG - 1);

	(void)arg;
	rt_syscall(SYS_rt_sigprocmask, SIG_BLOCK, &urgent, NULL, sizeof urgent);
	atomic_store(&running, 1);
	while (atomic_load(&running))
		;
}

static void ends(void)
{
	sigquit();
}
