// tests/crash/waitgroup_misuse.c - a waitgroup that is added to while a waiter of the last use is
// still on its way panics: before the waiters are released, or before they have returned.
// env: HOW=add
// env: HOW=reused
// matrix: GOMAXPROCS=1
// stderr~: \Apanic: sync: WaitGroup (misuse: Add called concurrently with Wait|is reused before previous Wait has returned)\n\ngoroutine
// exit: 2
// variants: release debug
#include "../lib/waiting.h"

static rt_waitgroup wg;

static void waits(void *arg)
{
	(void)arg;
	rt_waitgroup_wait(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (same(rt_getenv("HOW"), "add")) {
		wg.state = 1; // as if a waiter came when the counter was 0 already
		rt_waitgroup_add(&wg, 1);
		return 0;
	}
	rt_waitgroup_add(&wg, 1);
	rt_go(waits, NULL);
	await_in(1, "sync.WaitGroup.Wait");
	rt_waitgroup_done(&wg); // readies the waiter, which runs when this goroutine waits
	rt_waitgroup_add(&wg, 1);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
