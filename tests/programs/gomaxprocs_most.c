// tests/programs/gomaxprocs_most.c - any number of processors is answered soon: more than there can
// be count as 8192, from the environment and from the program.
// matrix: GOMAXPROCS=8192,8193,1000000,2147483647
// stdout: 8192
// timeout: 20
#include "../lib/test.h"

#include <limits.h>
#include <stdatomic.h>

static void adds(void *n)
{
	atomic_fetch_add((_Atomic(int) *)n, 1);
}

int rt_main(int argc, char **argv)
{
	static _Atomic(int) n;

	(void)argc, (void)argv;
	rt_printf("%d\n", rt_gomaxprocs(0));
	equal(rt_gomaxprocs(2), 8192);
	equal(rt_gomaxprocs(INT_MAX), 2);
	equal(rt_gomaxprocs(1000000), 8192); // no change
	for (int i = 0; i < 1000; i++)
		rt_go(adds, &n);
	while (n < 1000)
		rt_gosched();
	equal(rt_gomaxprocs(INT_MIN), 8192);
	return 0;
}
