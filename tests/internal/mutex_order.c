// tests/internal/mutex_order.c - taking locks against their order throws, in the builds
// that check it: a lower rank, an equal rank at a lower address, a lock that is held.
// variants: debug stress
// matrix: CASE=0,1,2
// stderr: fatal error: lock ordering problem
// exit: 2
#include "internal.h"

int rt_main(int nargs, char **args)
{
	static Mutex m[2];
	static const struct {
		uint32_t rank[2], first, second;
	} cases[] = {
		{ { RankSched, RankHeap }, 1, 0 },
		{ { RankHeap, RankHeap }, 1, 0 },
		{ { RankHeap, RankHeap }, 0, 0 },
	};
	int64_t i = number(rt_getenv("CASE"));

	(void)nargs, (void)args;
	lockInit(&m[0], cases[i].rank[0]);
	lockInit(&m[1], cases[i].rank[1]);
	lock(&m[cases[i].first]);
	lock(&m[cases[i].second]);
	return 0;
}
