// tests/crash/gotraceback_crash.c - GOTRACEBACK=crash is like system, and the process ends by SIGABRT.
// env: GOMAXPROCS=1 GOTRACEBACK=crash
// env: GOMAXPROCS=4 GOTRACEBACK=crash
// stderr: panic: on purpose
// stderr: goroutine 1 [running]:
// stderr: goroutine 2 [force gc (idle)]:
// exit: signal 6
#include <rt.h>

static volatile int kept;

static void receives(void *arg)
{
	rt_chan_recv(arg, NULL);
	kept++;
}

static __attribute__((noinline)) void panics(void)
{
	rt_panic("on purpose");
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(receives, rt_chan_make(0, 0));
	// Until it waits: it is the only one that runs on this processor.
	for (int i = 0; i < 100; i++)
		rt_gosched();
	panics();
	kept++;
	return 0;
}
