// tests/crash/deadlock_deadline.c - a descriptor's deadline that was taken back, has passed, moved
// back or belongs to a descriptor that was closed does not hide a deadlock, even if a thread has
// gone to sleep until it is due.
// env: HOW=closed
// env: HOW=taken
// env: HOW=passed
// env: HOW=moved
// matrix: GOMAXPROCS=1,2,4
// timeout: 20
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: goroutine 1 [chan receive]:
// stderr: rt_main(...)
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	const char *how = rt_getenv("HOW");
	int64_t far = rt_nanotime() + 3600 * RT_SECOND;
	int fd[2];
	char c;

	(void)argc, (void)argv;
	equal(rt_pipe(fd), 0);
	equal(rt_set_deadline(fd[0], far, 0), 0);
	equal(rt_set_deadline(fd[1], 0, far), 0);
	perhaps_later(2 * RT_MILLISECOND); // the others go idle
	if (same(how, "closed")) {
		rt_close(fd[0]);
		rt_close(fd[1]);
	} else if (same(how, "taken")) {
		rt_set_deadline(fd[0], 0, 0);
		rt_set_deadline(fd[1], 0, 0);
	} else if (same(how, "passed")) {
		rt_set_deadline(fd[0], 1, 0);
		rt_set_deadline(fd[1], 0, 1);
	} else {
		rt_set_deadline(fd[1], 0, 1);
		rt_set_deadline(fd[0], rt_nanotime() + RT_MILLISECOND, 0);
		rt_read(fd[0], &c, 1);
	}
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
