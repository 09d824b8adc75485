// bench/peers/coroutines/spawn_join.c - bench/spawn_join.c.
#include "coroutines.h"

static Group group;

COROUTINE(nothing, void, arg)
{
	(void)arg;
	leave(&group);
}

static double batches(int64_t n, int batch)
{
	int64_t begun = nanotime();

	for (int64_t i = 0; i < n / batch; i++) {
		for (int j = 0; j < batch; j++)
			start_in(&group, nothing, NULL);
		group_wait(&group);
	}
	return (double)(nanotime() - begun) / (double)(n / batch * batch);
}

int bench_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 4000000);

	group_init(&group);
	metric("batch1000", batches(n, 1000), "ns");
	metric("batch1", batches(n / 4, 1), "ns");
	return 0;
}
