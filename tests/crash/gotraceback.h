// tests/crash/gotraceback.h - the program of the gotraceback tests: the main goroutine panics
// while another waits.
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
