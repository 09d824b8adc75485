// bench/peers/coroutines/mutex_neco.c - bench/mutex.c; libdill has no mutex.
#include "coroutines.h"

enum { Crowd = 8 };

static neco_mutex m;
static Group group;
static int64_t n, total;

COROUTINE(contend, void, arg)
{
	(void)arg;
	for (int64_t i = 0; i < n / Crowd; i++) {
		neco_mutex_lock(&m);
		total++;
		neco_mutex_unlock(&m);
	}
	leave(&group);
}

int bench_main(int argc, char **argv)
{
	int64_t begun;

	n = count(argc, argv, 20000000);
	neco_mutex_init(&m);
	group_init(&group);
	begun = nanotime();
	for (int64_t i = 0; i < n; i++) {
		neco_mutex_lock(&m);
		total++;
		neco_mutex_unlock(&m);
	}
	metric("uncontended", (double)(nanotime() - begun) / (double)n, "ns");
	total = 0;
	begun = nanotime();
	for (int i = 0; i < Crowd; i++)
		start_in(&group, contend, NULL);
	group_wait(&group);
	metric("contended8", (double)(nanotime() - begun) / (double)n, "ns");
	return total != n / Crowd * Crowd;
}
