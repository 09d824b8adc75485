// tests/crash/mutex_unlock.c - unlocking what is not locked is fatal, after it was locked or not.
// env: TIMES=0
// env: TIMES=1
// stderr: fatal error: sync: unlock of unlocked mutex
// stderr:
// stderr: goroutine 1 [running]:
// stderr: rt_main(...)
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	static rt_mutex m;

	if (rt_getenv("TIMES")[0] == '1') {
		rt_mutex_lock(&m);
		rt_mutex_unlock(&m);
	}
	rt_mutex_unlock(&m);
	return 0;
}
