// tests/programs/stack_descriptor.c - rt_stack and a trace close every file that they opened.
// cflags: -g
#include "../lib/test.h"

#include <fcntl.h>

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 64; fd++)
		n += rt_syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	return n;
}

static void trace(void)
{
	char path[256];

	rt_snprintf(path, sizeof path, "%s/trace", rt_getenv("RT0_TMP"));
	equal(rt_trace_start(path), 0);
	equal(rt_trace_stop(), 0);
}

int rt_main(int argc, char **argv)
{
	char buf[500];
	int before = open_descriptors();

	(void)argc, (void)argv;
	check(rt_stack(buf, sizeof buf, false) > 0);
	trace();
	check(rt_stack(buf, sizeof buf, true) > 0);
	equal(open_descriptors(), before);
	return 0;
}
