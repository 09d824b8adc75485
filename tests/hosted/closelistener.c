// tests/hosted/closelistener.c - a loop of rt_accept that another goroutine's rt_close is to end, but that
// continues when the number is another file's.
// sanitizer: thread
// stderr~: (?s)WARNING: ThreadSanitizer: data race.*? Read of size 1 .*?acceptingfd.*? accepts .*?closelistener\.c:22
// stderr~: (?s)Previous write of size 1 .*?openedfd.*? rt_main .*?closelistener\.c:48
// stdout: ended
// exit: 66
#include "../lib/test.h"

#include <errno.h>

// They order nothing.
static bool accepted, closed;
static int listener;
static rt_waitgroup ended;

static void accepts(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = rt_accept(listener)) >= 0) {
		equal(rt_close(fd), 0);
		__atomic_store_n(&accepted, true, __ATOMIC_RELAXED);
		while (!__atomic_load_n(&closed, __ATOMIC_RELAXED))
			rt_gosched();
	}
#ifdef RIGHT
	equal(fd, -EBADF);
#endif
	rt_waitgroup_done(&ended);
}

int rt_main(int argc, char **argv)
{
	char address[64];

	(void)argc, (void)argv;
	listener = rt_listen("tcp4", "127.0.0.1:0");
	check(rt_local_address(listener, address, sizeof address) > 0);
	rt_waitgroup_add(&ended, 1);
	rt_go(accepts, NULL);
	equal(rt_close(rt_dial("tcp4", address)), 0);
	while (!__atomic_load_n(&accepted, __ATOMIC_RELAXED))
		rt_gosched();
	equal(rt_close(listener), 0); // the loop is not in rt_accept
#ifndef RIGHT
	equal(rt_open("/dev/null", 0, 0), listener);
#endif
	__atomic_store_n(&closed, true, __ATOMIC_RELAXED);
	rt_waitgroup_wait(&ended);
	rt_printf("ended\n");
	return 0;
}
