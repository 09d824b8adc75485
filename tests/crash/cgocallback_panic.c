// tests/crash/cgocallback_panic.c - a panic in a function that rt_cgocall runs and that is its
// goroutine makes the calls that the function has deferred, not those of its goroutine. The report
// has all frames.
// matrix: GOMAXPROCS=1,4
// stdout: of the function
// stderr: panic: too much
// stderr~: ^goroutine 1 \[running, locked to thread\]:\nfunction\(\.\.\.\)\n\t.*\nrt_cgocall\(\.\.\.\)\n\t.*\ncaller\(\.\.\.\)\n\t.*\n(.*\n)*rt_main\(\.\.\.\)\n
// exit: 2
#include "../lib/test.h"

static void say(void *whose)
{
	rt_printf("of the %s\n", (char *)whose);
}

static __attribute__((noinline)) void function(void *unused)
{
	(void)unused;
	rt_defer(say, "function");
	rt_gosched();
	rt_panic("too much");
}

static __attribute__((noinline)) void caller(void)
{
	rt_defer(say, "goroutine");
	rt_cgocall(function, NULL);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_recover((rt_func *)(void *)caller, NULL, NULL, 0);
	return 0;
}
