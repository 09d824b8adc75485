// tests/hosted/closefd.c - a descriptor that is closed while another goroutine still means to use it: here
// the number is another file's by then.
// sanitizer: thread
// stderr~: (?s)WARNING: ThreadSanitizer: data race.*? Read of size 1 .*?usingfd.*? writer .*?closefd\.c:21
// stderr~: (?s)Previous write of size 1 .*?closingfd.*? rt_main .*?closefd\.c:34
// stderr~: (?s)'goroutine [0-9]+, by goroutine 1' .*?created by .*? rt_main .*?closefd\.c:30
// stderr~: 'goroutine 1' .*created by main thread
// exit: 66
#include <rt.h>

static bool closed;
static rt_waitgroup wg;
static int fd[2];

static void writer(void *arg)
{
#ifndef RIGHT
	while (!__atomic_load_n(&closed, __ATOMIC_RELAXED))
		rt_gosched();
#endif
	rt_write(fd[1], "two", 3);
	rt_waitgroup_done(arg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_pipe(fd);
	rt_waitgroup_add(&wg, 1);
	rt_go(writer, &wg);
#ifdef RIGHT
	rt_waitgroup_wait(&wg);
#endif
	rt_close(fd[1]);
	rt_open("/dev/null", 1, 0);
	__atomic_store_n(&closed, true, __ATOMIC_RELAXED);
	rt_waitgroup_wait(&wg);
	return 0;
}
