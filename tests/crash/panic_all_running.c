// tests/crash/panic_all_running.c - a panic shows the stacks of goroutines that run on other
// threads, if all are to be shown.
// env: GOMAXPROCS=2 GODEBUG=asyncpreemptoff=1 GOTRACEBACK=all
// stderr: panic: over
// stderr~: ^goroutine [0-9]+ \[running\]:\nbegins\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// stderr~: ^waits\(
// exit: 2
#include "running.h"

static void begins(void *arg)
{
	(void)arg;
	atomic_store(&running, 1);
	while (atomic_load(&running))
		;
}

static void ends(void)
{
	(void)sigquit;
	rt_panic("over");
}
