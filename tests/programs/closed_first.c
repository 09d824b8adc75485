// tests/programs/closed_first.c - the first descriptor that a program uses may be a number that
// is closed: it is -EBADF, and not the poller's, which is made at the first use.
#include <errno.h>

#include <rt.h>
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int fd = 3; fd < 10; fd++) {
		char c;

		equal(rt_write(fd, "x", 1), -EBADF);
		equal(rt_read(fd, &c, 1), -EBADF);
		equal(rt_close(fd), -EBADF);
	}
	return 0;
}
