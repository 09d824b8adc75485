// tests/programs/mlockall.c - a program that has all its memory locked, what it has or will have,
// does not get the address space of stacks and tables as memory: goroutines on segments, C
// code and a heap take a few megabytes.
// matrix: LOCK=1,2,3
// stdout~: ^(ok|not allowed: nothing was tried)$
// hosted: not any: the C library's threads and heap are locked as well
// arch: not arm64: a goroutine begins on a segment, whose 64 MiB become memory when all that there is gets locked
#include "../lib/test.h"

#include <fcntl.h>

enum { Goroutines = 40, Most = 16 << 10 }; // KiB, of memory in use at any time

static rt_waitgroup deep;

static void onsegment(void *c)
{
	volatile char room[10000];

	room[0] = 1;
	rt_waitgroup_done(&deep);
	rt_chan_recv(c, NULL);
	room[9999] = 1;
}

static void touches(void *arg)
{
	*(volatile char *)arg = 1;
}

// The number behind name in /proc/self/status.
static long status(const char *name)
{
	char text[4096], *p = text;
	int fd = rt_open("/proc/self/status", O_RDONLY, 0);
	int64_t n = rt_read(fd, text, sizeof text - 1);
	long v = 0;

	check(n > 0);
	text[n] = '\0';
	rt_close(fd);
	for (; *p; p++) {
		size_t i = 0;

		while (name[i] && p[i] == name[i])
			i++;
		if (!name[i])
			break;
	}
	check(*p);
	for (p++; *p != '\n'; p++)
		v = *p >= '0' && *p <= '9' ? v * 10 + (*p - '0') : v;
	return v;
}

int rt_main(int argc, char **argv)
{
	const char *lock = rt_getenv("LOCK");
	rt_chan *c = rt_chan_make(0, 0);
	char byte;

	(void)argc, (void)argv;
	// Without the capability, the limit RLIMIT_MEMLOCK counts address space, too.
	if (rt_syscall(SYS_geteuid) != 0 || rt_syscall(SYS_mlockall, lock[0] - '0') != 0) {
		rt_printf("not allowed: nothing was tried\n");
		return 0;
	}
	rt_waitgroup_add(&deep, Goroutines);
	for (int i = 0; i < Goroutines; i++)
		rt_go(onsegment, c);
	rt_waitgroup_wait(&deep);
	rt_cgocall(touches, &byte);
	rt_free(rt_malloc(100000));
	for (int i = 0; i < Goroutines; i++)
		rt_chan_send(c, NULL);
	if (lock[0] != '1')
		check(status("VmLck:") > 0);
	check(status("VmHWM:") < Most);
	rt_printf("ok\n");
	return 0;
}
