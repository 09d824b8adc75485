// tests/crash/musl_cgocall.c - with musl, a fault in a function that rt_cgocall runs: the
// report has the thread's stack and the goroutine's.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// stderr: SIGSEGV: segmentation violation
// stderr~: ^runtime stack:\nread_null\(\.\.\.\)\n\t/.*\/musl_cgocall\.c:[0-9]+ (.*\n)*goroutine 1 \[syscall\]:\n(callaway\(\.\.\.\)\n\t.*\n)?(rt_cgocall\(\.\.\.\)\n\t.*\n)caller\(\.\.\.\)\n\t/.*\/musl_cgocall\.c:[0-9]+ .*\nrt_main\(\.\.\.\)\n
// exit: 2
#include <rt.h>

#include <stdio.h>

static int *volatile nowhere; // volatile, or a compiler sees that it is NULL

static void read_null(void *arg)
{
	*(int *)arg = *nowhere;
}

static __attribute__((noinline)) int caller(void)
{
	int n;

	rt_cgocall(read_null, &n);
	return n;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return printf("%d\n", caller());
}
