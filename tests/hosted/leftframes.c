// tests/hosted/leftframes.c - frames that rt_recover and rt_goexit leave are forgotten: neither do
// histories of calls overflow, nor are their variables in the way of the next call.
// sanitizer: thread address
// stdout: fine
#include <rt.h>

enum { Goroutines = 8, Times = 2000 };

static rt_waitgroup wg;

static int deep(int n)
{
	volatile char a[64];

	a[n % 64] = (char)n;
	if (n == 0)
		rt_panic("deep");
	return deep(n - 1) + a[n % 64];
}

static void panics(void *arg)
{
	(void)arg;
	deep(50);
}

static int fill(int n)
{
	volatile char a[200];

	for (int i = 0; i < 200; i++)
		a[i] = (char)i;
	return n ? fill(n - 1) + a[3] : a[5];
}

static void null(void *arg)
{
	*(volatile int *)arg = 1;
}

static void ends(void *arg)
{
	volatile char b[100];

	(void)arg;
	b[5] = 1;
	rt_goexit();
}

static void worker(void *arg)
{
	char text[32];

	(void)arg;
	for (int i = 0; i < Times; i++) {
		if (!rt_recover(panics, NULL, text, sizeof text))
			rt_panic("not recovered");
		fill(20);
	}
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	char text[64];

	(void)argc, (void)argv;
	if (!rt_recover(null, NULL, text, sizeof text))
		rt_panic("no null pointer");
	rt_waitgroup_add(&wg, Goroutines);
	for (int i = 0; i < Goroutines; i++) {
		rt_go(worker, NULL);
		rt_go(ends, NULL);
	}
	rt_waitgroup_wait(&wg);
	rt_printf("fine\n");
	return 0;
}
