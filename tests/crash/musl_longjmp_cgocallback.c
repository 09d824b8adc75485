// tests/crash/musl_longjmp_cgocallback.c - with musl, a longjmp out of a function that rt_cgocall
// runs and that is its goroutine: a fatal error as before.
// cflags: --musl
// stderr: fatal error: longjmp out of rt_cgocall
// stderr~: ^goroutine 1 \[running, locked to thread\]:\n
// exit: 2
#include <rt.h>

#include <setjmp.h>

static jmp_buf here;
static volatile int kept;

static void thrower(void *arg)
{
	rt_gosched();
	longjmp(here, 1);
	kept = *(int *)arg;
}

int rt_main(int argc, char **argv)
{
	(void)argv;
	if (setjmp(here) == 0)
		rt_cgocall(thrower, &argc);
	return 0;
}
