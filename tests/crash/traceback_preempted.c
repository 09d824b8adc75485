// tests/crash/traceback_preempted.c - a goroutine that has been preempted at a function's first
// or last instructions, when its frame is not there, shows the caller too.
// matrix: GOMAXPROCS=1 GOTRACEBACK=all
// repeat: 10
// stderr: panic: meanwhile
// stderr~: \ngoroutine [0-9]+ \[runnable\]:\n((leaf\(\.\.\.\)\n\t.*\n)?caller\(\.\.\.\)\n\t.*\n)?walker\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// exit: 2
#include <rt.h>

#define KEPT __attribute__((noinline, noclone))

static volatile int kept;

static KEPT void leaf(int n)
{
	kept += n;
}

static KEPT void caller(int n)
{
	leaf(n);
	kept++;
}

static KEPT void walker(void *arg)
{
	(void)arg;
	for (;;)
		caller(1);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(walker, NULL);
	rt_sleep(20 * 1000 * 1000);
	rt_panic("meanwhile");
	return 0;
}
