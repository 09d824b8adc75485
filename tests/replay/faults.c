// tests/replay/faults.c - takes a message of 8 bytes out of a pipe by one read, which may return
// fewer. With an argument it reads until it has all, and expects every other fault, too.
#include <rt.h>

#include <sys/socket.h>
#include <sys/syscall.h>

enum { Messages = 4 };

static int ends[2];
static bool careful;
static rt_waitgroup wg;

static void sender(void *unused)
{
	(void)unused;
	for (int64_t i = 0; i < Messages; i++) {
		if (rt_write(ends[1], &i, sizeof i) != sizeof i)
			rt_panic("a pipe takes all");
	}
	rt_waitgroup_done(&wg);
}

static int64_t receive(void)
{
	int64_t v = -1, n, done = 0;

	do {
		n = rt_read(ends[0], (char *)&v + done, sizeof v - (size_t)done);
		done += n;
	} while (careful && n > 0 && done < (int64_t)sizeof v);
	return v;
}

// The descriptor may not be made, and the call may be interrupted; nothing else goes wrong.
static void others(void)
{
	int fd = rt_open("/dev/zero", 0, 0), listener = rt_listen("tcp", "127.0.0.1:0");
	char c;
	int64_t r;

	if (fd >= 0) {
		r = rt_syscall(SYS_read, fd, &c, 1);
		if (r != 1 && r != -4)
			rt_panic("read by a system call: %ld", (long)r);
		if (rt_read(fd, &c, 1) != 1)
			rt_panic("a device is no stream");
		rt_close(fd);
	} else if (fd != -24 && fd != -23 && fd != -12) {
		rt_panic("open: %d", fd);
	}
	if (listener >= 0)
		rt_close(listener);
	else if (listener != -24 && listener != -23 && listener != -12)
		rt_panic("listen: %d", listener);
}

int rt_main(int argc, char **argv)
{
	(void)argv;
	careful = argc > 1;
	if (rt_pipe(ends) < 0)
		rt_panic("no pipe");
	rt_waitgroup_add(&wg, 1);
	rt_go(sender, NULL);
	for (int64_t i = 0; i < Messages; i++) {
		int64_t v = receive();

		if (v != i)
			rt_panic("message %ld is %ld", (long)i, (long)v);
	}
	if (careful)
		others();
	rt_waitgroup_wait(&wg);
	return 0;
}
