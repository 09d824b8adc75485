// tests/hosted/reusedstack.c - goroutines that run one after the other, as they happen to: nothing
// orders them, though the second could have had the first one's stack. Their race is found.
// sanitizer: thread
// stderr~: WARNING: ThreadSanitizer: data race
// stderr~: (?s)#0 (first|second) .*reusedstack\.c:(17|23).*#0 (first|second) .*reusedstack\.c:(17|23)
// exit: 66
// env: GOMAXPROCS=1
#include <rt.h>

int shared;

static void first(void *arg)
{
	volatile char a[512];

	(void)arg;
	shared = a[0] = 1;
}

static void second(void *arg)
{
	(void)arg;
	shared = 2;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(first, NULL);
	while (rt_num_goroutine() > 1)
		rt_gosched();
	rt_go(second, NULL);
	while (rt_num_goroutine() > 1)
		rt_gosched();
	return 0;
}
