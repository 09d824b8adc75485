// tests/crash/deadlock_stopped_timer.c - a timer that was stopped, and deadlines that were met, do not hide a
// deadlock, even if a thread has gone to sleep until they are due.
// matrix: GOMAXPROCS=1,2,4
// repeat: 3
// timeout: 20
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr:
// stderr: goroutine 1 [chan receive]:
// stderr: rt_main(...)
// exit: 2
#include "../lib/test.h"

static void sends(void *arg)
{
	rt_sleep(RT_MILLISECOND);
	rt_chan_send(arg, NULL);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_timer *t = rt_timer_chan(3600 * RT_SECOND, 0), *again = rt_timer_func(1, 0, nothing, NULL);
	rt_chan *c = rt_chan_make(0, 0);

	rt_go(sends, c);
	rt_chan_recv_until(c, NULL, rt_nanotime() + 3600 * RT_SECOND);
	perhaps_later(2 * RT_MILLISECOND); // the others go idle
	rt_timer_stop(t);
	rt_timer_free(again);
	rt_chan_recv(c, NULL);
	return 0;
}
