// tests/internal/mutex_unlocked.c - unlocking what is not locked throws.
// stderr: fatal error: unlock of unlocked lock
// exit: 2
#include "internal.h"

int rt_main(int nargs, char **args)
{
	static Mutex m; // without a rank

	(void)nargs, (void)args;
	lock(&m);
	unlock(&m);
	unlock(&m);
	return 0;
}
