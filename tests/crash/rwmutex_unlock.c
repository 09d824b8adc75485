// tests/crash/rwmutex_unlock.c - a writer that leaves without having come is fatal, also among readers.
// env: READERS=0
// env: READERS=1
// stderr: fatal error: sync: Unlock of unlocked RWMutex
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_rwmutex m;

	if (rt_getenv("READERS")[0] == '1')
		rt_rwmutex_rlock(&m);
	rt_rwmutex_unlock(&m);
	return 0;
}
