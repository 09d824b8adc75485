// tests/crash/deadlock_others.c - the deadlock report shows each goroutine that waits, with its
// reason and its creator, and none that has ended.
// matrix: GOMAXPROCS=1,2,4,64
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [chan receive]:
// stderr: rt_main(...)
// stderr~: ^goroutine [0-9]+ \[chan send\]:\n(rt_chan_send\(\.\.\.\)\n\t.*\n)?sends\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// stderr~: ^goroutine [0-9]+ \[sync.WaitGroup.Wait\]:\n(rt_waitgroup_wait\(\.\.\.\)\n\t.*\n)?waits\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// stderr~: ^goroutine [0-9]+ \[chan receive, locked to thread\]:\n(rt_chan_recv\(\.\.\.\)\n\t.*\n)?receives_locked\(\.\.\.\)\n
// stderr~: \A(?:(?!ends_at_once|\[force gc)[^\0])*\Z
// exit: 2
#include <rt.h>

// The statements behind the calls keep them from being the last of their functions, which
// would then not appear.
static volatile int kept;

static void sends(void *arg)
{
	rt_chan_send(arg, NULL);
	kept++;
}

static void receives_locked(void *arg)
{
	rt_lock_os_thread();
	rt_chan_recv(arg, NULL);
	kept++;
}

static void waits(void *arg)
{
	rt_waitgroup_wait(arg);
	kept++;
}

static void ends_at_once(void *arg)
{
	(void)arg;
	kept++;
}

int rt_main(int argc, char **argv)
{
	static rt_waitgroup wg;

	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 1);
	rt_go(sends, rt_chan_make(0, 0));
	rt_go(receives_locked, rt_chan_make(0, 0));
	rt_go(waits, &wg);
	rt_go(ends_at_once, NULL);
	rt_chan_recv(rt_chan_make(0, 3), NULL);
	return 0;
}
