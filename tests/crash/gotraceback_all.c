// tests/crash/gotraceback_all.c - GOTRACEBACK=all and 1 show all goroutines of the program.
// env: GOMAXPROCS=1
// matrix: GOTRACEBACK=all,1
// stderr~: \Apanic: on purpose\n\ngoroutine 1 \[running\]:\n(rt_panic\(\.\.\.\)\n\t.*\n)?panics\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n\t.*\n\ngoroutine [0-9]+ \[chan receive\]:\n(rt_chan_recv\(\.\.\.\)\n\t.*\n)?receives\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n\t.*\n\Z
// exit: 2
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
