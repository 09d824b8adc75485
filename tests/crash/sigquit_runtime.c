// tests/crash/sigquit_runtime.c - SIGQUIT shows the stack of a goroutine that is in the runtime's own
// code, on its own stack and on the scheduler's.
// env: GOMAXPROCS=2 CASE=memset
// env: GOMAXPROCS=2 CASE=memset GOTRACEBACK=system
// env: GOMAXPROCS=2 CASE=systemstack
// env: GOMAXPROCS=2 CASE=morestack
// repeat: 5
// hosted: not any: memset is the C library's, whose functions have no frames
// stderr~: \ASIGQUIT: quit\n
// stderr~: ^begins\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// stderr~: ^(rip|pc) +0x[0-9a-f]+\n(rflags|pstate) 0x[0-9a-f]+\n
// exit: 2
#include <stdlib.h>
#include <string.h>

#include "running.h"

static char many[64 << 20];

// More than the small stack has: a segment is taken and given back.
static __attribute__((noinline)) void large(void)
{
	volatile char a[3000];

	a[0] = 0;
}

static void begins(void *arg)
{
	const char *kind = rt_getenv("CASE");

	(void)arg;
	atomic_store(&running, 1);
	while (atomic_load(&running)) {
		if (kind[1] == 'e')
			memset(many, 1, sizeof many);
		else if (kind[0] == 's')
			rt_free(rt_malloc(1 << 20));
		else
			large(), rt_gosched();
	}
}

static void ends(void)
{
	sigquit();
}
