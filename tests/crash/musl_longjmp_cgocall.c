// tests/crash/musl_longjmp_cgocall.c - with musl, a longjmp from a function that rt_cgocall runs to
// the goroutine that called it: a fatal error, since the goroutine is in a system call.
// cflags: --musl
// stderr: fatal error: longjmp out of rt_cgocall
// stderr~: ^runtime stack:\n(.*\n)*thrower\(\.\.\.\)\n(.*\n)*\ngoroutine 1 \[syscall\]:\nrt_cgocall\(\.\.\.\)\n
// exit: 2
#include <rt.h>

#include <setjmp.h>

static jmp_buf here;
static volatile int kept;

static void thrower(void *arg)
{
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
