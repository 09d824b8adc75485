// tests/crash/sigquit_loop.c - SIGQUIT shows the stack of a goroutine that runs a loop without
// calls on another thread, though nothing can preempt it.
// env: GOMAXPROCS=2 GODEBUG=asyncpreemptoff=1
// matrix: GOTRACEBACK=single,all
// stderr~: \ASIGQUIT: quit\n
// stderr~: ^goroutine [0-9]+ \[running\]:\nspins\(\.\.\.\)\n\t.*\nbegins\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// stderr~: ^waits\(
// stderr~: ^(rip|pc) +0x[0-9a-f]+\n(rflags|pstate) 0x[0-9a-f]+\n
// exit: 2
#include "running.h"

static __attribute__((noinline)) void spins(void)
{
	while (atomic_load(&running))
		;
}

static void begins(void *arg)
{
	(void)arg;
	atomic_store(&running, 1);
	spins();
	atomic_store(&running, 0);
}

static void ends(void)
{
	sigquit();
}
