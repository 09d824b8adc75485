// tests/check/frames.c - dies with goroutines that wait, sleep, are in a system call and deep in
// their segments; or by a fault, with an argument.
#include "../lib/test.h"

#include <time.h>

static volatile int kept;

static void receives(void *arg)
{
	rt_chan_recv(arg, NULL);
	kept++;
}

static void sleeps(void *arg)
{
	(void)arg;
	rt_sleep(100 * RT_SECOND);
	kept++;
}

static void calls(void *arg)
{
	struct timespec ts = { 100, 0 };

	(void)arg;
	rt_syscall(SYS_nanosleep, &ts, 0);
	kept++;
}

static __attribute__((noinline)) int deep(int n, rt_chan *c)
{
	volatile char frame[256];

	frame[0] = (char)n;
	if (n == 0)
		rt_chan_recv(c, NULL);
	else
		kept += deep(n - 1, c);
	return frame[0];
}

static void deepens(void *arg)
{
	kept += deep(20, arg);
}

static __attribute__((noinline)) void fails(volatile int *p)
{
	if (p)
		*p = 1;
	rt_panic("here");
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(0, 0);

	(void)argv;
	rt_go(receives, c);
	rt_go(sleeps, NULL);
	rt_go(calls, NULL);
	rt_go(deepens, c);
	for (int i = 0; i < 1000; i++)
		rt_gosched();
	fails(argc > 1 ? (int *)8 : NULL);
	return 0;
}
