// tests/internal/freed_twice_taken.c - an object that two Ps freed at once is in two caches.
// The second one that takes it finds that it is Busy.
// stderr~: ^fatal error: free of a free object: 0x[0-9a-f]+, (class 2 \(48 bytes\)|48 bytes)$
// exit: 2
#include "freed_twice.h"

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	freetwice();
	for (int i = 0; i < 10000; i++)
		rt_malloc(Size);
	return 0;
}
