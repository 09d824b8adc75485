// bench/peers/coroutines/yield.c - bench/yield.c.
#include "coroutines.h"

static Group group;
static int64_t n;

COROUTINE(yielder, void, arg)
{
	(void)arg;
	for (int64_t i = 0; i < n; i++)
		yield();
	leave(&group);
}

int bench_main(int argc, char **argv)
{
	int64_t begun;

	n = count(argc, argv, 10000000);
	group_init(&group);
	begun = nanotime();
	start_in(&group, yielder, NULL);
	start_in(&group, yielder, NULL);
	group_wait(&group);
	metric("switch", (double)(nanotime() - begun) / (2.0 * (double)n), "ns");
	return 0;
}
