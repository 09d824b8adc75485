// tests/programs/mainreturns.c - what rt_main returns is the exit status, although other
// goroutines wait, sleep, run and sit in system calls; destructors run.
// matrix: GOMAXPROCS=1,4
// exit: 41
// stdout: the destructor
#include "../lib/test.h"

static __attribute__((destructor)) void destroy(void)
{
	rt_printf("the destructor\n");
}

static void waits(void *arg)
{
	(void)arg;
	rt_chan_recv(NULL, NULL);
}

static void sleeps(void *arg)
{
	(void)arg;
	rt_sleep(1000 * RT_SECOND);
}

static void runs(void *arg)
{
	(void)arg;
	for (;;)
		rt_gosched();
}

static void reads(void *arg)
{
	char c;

	rt_read(*(int *)arg, &c, 1);
}

int rt_main(int argc, char **argv)
{
	static int fd[2];

	(void)argc, (void)argv;
	equal(rt_pipe(fd), 0);
	rt_go(waits, NULL);
	rt_go(sleeps, NULL);
	rt_go(runs, NULL);
	rt_go(reads, fd);
	for (int i = 0; i < 100; i++)
		rt_gosched();
	return 256 + 41; // the kernel keeps the low 8 bits
}
