// tests/check/quitstorm.c - stops the world again and again, in each way, with all kinds of
// goroutines beside it, until SIGQUIT ends it. For quitstorm.py.
#include <rt.h>

#include <sys/syscall.h>

static void resizes(void *arg)
{
	int most = (int)(intptr_t)arg;

	for (;;) {
		rt_gomaxprocs(most);
		rt_gomaxprocs(most + 1);
	}
}

static void looks(void *arg)
{
	static char text[1 << 16];

	(void)arg;
	for (;;) {
		rt_stack(text, sizeof text, true);
		rt_gosched();
	}
}

static void calls(void *arg)
{
	(void)arg;
	for (;;)
		rt_syscall(SYS_getppid);
}

static void sleeps(void *arg)
{
	(void)arg;
	for (;;)
		rt_sleep(10 * RT_MICROSECOND);
}

// Takes turns with its like, on a thread of its own.
static void locked(void *arg)
{
	rt_lock_os_thread();
	for (;;) {
		rt_chan_send(arg, NULL);
		rt_chan_recv(arg, NULL);
	}
}

static void loops(void *arg)
{
	(void)arg;
	for (volatile int i = 0;; i++)
		;
}

int rt_main(int argc, char **argv)
{
	rt_chan *c = rt_chan_make(0, 0);
	int procs = rt_gomaxprocs(0);

	(void)argc, (void)argv;
	for (int i = 0; i < 3; i++)
		rt_go(resizes, (void *)(intptr_t)procs);
	for (int i = 0; i < 2; i++) {
		rt_go(looks, NULL);
		rt_go(calls, NULL);
		rt_go(sleeps, NULL);
		rt_go(locked, c);
	}
	if (procs > 1)
		rt_go(loops, NULL);
	rt_printf("ready\n");
	rt_sleep(100 * RT_SECOND);
	return 0;
}
