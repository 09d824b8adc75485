// tests/internal/freed_twice_given.c - an object that two Ps freed at once is in two caches.
// When both give it back, the second finds that it is Free.
// stderr~: ^fatal error: free of a free object: 0x[0-9a-f]+, (class 2 \(48 bytes\)|48 bytes)$
// exit: 2
#include "freed_twice.h"

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	freetwice();
	freemcache(getg()->m->p->mcache);
	return 0;
}
