// tests/internal/mcache.c - an M that has a P allocates from that P's cache, whichever way it
// came to the P: also after system calls, short and long, and after waiting.
// matrix: GOMAXPROCS=1,2,4
#include "internal.h"

enum { Goroutines = 8, Rounds = 200 };

static rt_waitgroup all;

static void own(void)
{
	M *mp = acquirem();

	// Until the next allocation it may be nobody's: sysmon wants the goroutine to yield.
	for (int i = 0; i < 100 && curcache == nocache; i++)
		rt_free(rt_malloc(16));
	check(mp->p && curcache == mp->p->mcache);
	releasem(mp);
}

static void calls(void *arg)
{
	(void)arg;
	for (int i = 0; i < Rounds; i++) {
		rt_syscall(SYS_getpid);
		own();
		if (i % 20 == 0) {
			rt_sleep(100 * RT_MICROSECOND);
			own();
			usleep(100); // without giving the P up
			rt_syscall(SYS_getpid);
			own();
		}
		rt_gosched();
		own();
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	own();
	rt_waitgroup_add(&all, Goroutines);
	for (int i = 0; i < Goroutines; i++)
		rt_go(calls, NULL);
	rt_waitgroup_wait(&all);
	rt_gomaxprocs(3);
	own();
	return 0;
}
