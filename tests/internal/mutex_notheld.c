// tests/internal/mutex_notheld.c - unlocking a lock that another thread holds throws,
// in the builds that record the holders.
// variants: debug stress
// stderr: fatal error: unlock of a lock not held
// exit: 2
#include "internal.h"

int rt_main(int nargs, char **args)
{
	static Mutex m = { .key = 1, .rank = RankHeap };

	(void)nargs, (void)args;
	unlock(&m);
	return 0;
}
