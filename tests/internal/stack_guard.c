// tests/internal/stack_guard.c - a touch of the guard below a goroutine's stack is the
// error "stack overflow", near the stack and at the guard's end.
// matrix: BELOW=4100,20000,61000
// stderr~: ^runtime: goroutine stack exceeds 67108864-byte limit$
// stderr: fatal error: stack overflow
// exit: 2
#include "internal.h"

static void touch(void *arg)
{
	*(volatile char *)(getg()->stack.lo - (uintptr_t)arg) = 1;
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	rt_go(touch, (void *)number(rt_getenv("BELOW")));
	rt_sleep(10 * RT_SECOND);
	return 0;
}
