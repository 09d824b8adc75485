// tests/internal/mutex_unlocked.c - unlocking what is not locked throws.
// stderr: fatal error: unlock of unlocked lock
// exit: 2
#include "internal.h"

int rt_main(int argc, char **argv)
{
	static Mutex m; // without a rank

	(void)argc, (void)argv;
	lock(&m);
	unlock(&m);
	unlock(&m);
	return 0;
}
