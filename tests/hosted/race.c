// tests/hosted/race.c - two goroutines that change a variable without a lock: both are named, with
// the lines of their accesses and of the rt_go that started them.
// sanitizer: thread
// stderr~: WARNING: ThreadSanitizer: data race
// stderr~: (?s)#0 add .*race\.c:19.*#0 add .*race\.c:19
// stderr~: Location is global '(<null>|counter)'
// stderr~: Thread T[0-9]+ 'goroutine [0-9]+, by goroutine 1'
// stderr~: (?s)created by .*#1 start .*race\.c:28
// exit: 66
#include <rt.h>

static int counter;
static rt_waitgroup wg;

static void add(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		counter++;
		rt_gosched();
	}
	rt_waitgroup_done(&wg);
}

static void start(void)
{
	rt_waitgroup_add(&wg, 1);
	rt_go(add, NULL);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	counter = 100; // two first accesses at one instant might be missed
	start();
	start();
	rt_waitgroup_wait(&wg);
	return 0;
}
