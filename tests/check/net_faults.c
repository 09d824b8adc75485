// net_faults.c - one call of each kind. Whatever the kernel says to them, each returns what
// its interface promises, and none waits longer than its deadline.
#include "../lib/test.h"

#include <fcntl.h>

static rt_waitgroup all;

static int64_t soon(void)
{
	return rt_nanotime() + 200 * RT_MILLISECOND;
}

// A result is what was asked for, or a negative errno.
static bool fine(int64_t r, int64_t most)
{
	check(r <= most);
	check(r >= -4095);
	if (r < 0)
		check(rt_strerror((int)r) != NULL);
	return r >= 0;
}

static void peer(void *arg)
{
	int listener = *(int *)arg, fd = rt_accept(listener);
	char buf[100];
	int64_t n;

	if (fine(fd, 1 << 20)) {
		rt_set_deadline(fd, soon(), soon());
		n = rt_read(fd, buf, sizeof buf);
		if (fine(n, sizeof buf))
			fine(rt_write(fd, buf, (size_t)n), n);
		fine(rt_shutdown(fd, 1), 0);
		fine(rt_close(fd), 0);
	}
	rt_waitgroup_done(&all);
}

static void stream(const char *network, const char *where)
{
	int listener = rt_listen(network, where), fd;
	char address[128], buf[100];
	rt_iovec v[2] = { { "ab", 2 }, { "cd", 2 } };

	if (!fine(listener, 1 << 20))
		return;
	rt_set_deadline(listener, soon(), 0);
	if (fine(rt_local_address(listener, address, sizeof address), 127)) {
		rt_waitgroup_add(&all, 1);
		rt_go(peer, &listener);
		fd = rt_dial(network, address);
		if (fine(fd, 1 << 20)) {
			rt_set_deadline(fd, soon(), soon());
			fine(rt_peer_address(fd, buf, sizeof buf), 99);
			fine(rt_writev(fd, v, 2), 4);
			fine(rt_shutdown(fd, 1), 0);
			fine(rt_readv(fd, &(rt_iovec){ buf, 10 }, 1), 10);
			fine(rt_read(fd, buf, sizeof buf), 100);
			fine(rt_close(fd), 0);
		}
		rt_waitgroup_wait(&all);
	}
	fine(rt_close(listener), 0);
}

static void datagram(void)
{
	int a = rt_listen("udp4", "127.0.0.1:0"), b;
	char address[128], buf[10];
	rt_address from;

	if (!fine(a, 1 << 20))
		return;
	rt_set_deadline(a, soon(), soon());
	if (fine(rt_local_address(a, address, sizeof address), 127)) {
		b = rt_dial("udp", address);
		if (fine(b, 1 << 20)) {
			fine(rt_send_to(b, "x", 1, NULL), 1);
			fine(rt_recv_from(a, buf, sizeof buf, &from), 1);
			fine(rt_close(b), 0);
		}
	}
	fine(rt_close(a), 0);
}

static void pipes(void)
{
	int fd[2], raw[2];
	char buf[10];

	if (fine(rt_pipe(fd), 0)) {
		rt_set_deadline(fd[0], soon(), 0);
		fine(rt_write(fd[1], "x", 1), 1);
		fine(rt_read(fd[0], buf, sizeof buf), 1);
		fine(rt_close(fd[0]), 0);
		fine(rt_close(fd[1]), 0);
	}
	if (fine(rt_syscall(SYS_pipe2, raw, 0), 0)) {
		rt_set_deadline(raw[0], soon(), 0);
		if (fine(rt_write(raw[1], "x", 1), 1))
			fine(rt_read(raw[0], buf, sizeof buf), 1);
		fine(rt_close(raw[0]), 0);
		fine(rt_close(raw[1]), 0);
	}
}

static void files(void)
{
	int fd = rt_open("/proc/self/exe", O_RDONLY, 0), out;
	char buf[100];
	int64_t at = 0;

	if (!fine(fd, 1 << 20))
		return;
	fine(rt_read(fd, buf, sizeof buf), 100);
	out = rt_open("/dev/null", O_WRONLY, 0);
	if (fine(out, 1 << 20)) {
		fine(rt_sendfile(out, fd, &at, 1000), 1000);
		fine(rt_close(out), 0);
	}
	fine(rt_close(fd), 0);
}

int rt_main(int argc, char **argv)
{
	rt_address a[4];

	(void)argc;
	(void)argv;
	pipes();
	files();
	stream("tcp", "127.0.0.1:0");
	stream("tcp", ":0");
	stream("unix", "@rt0.net_faults");
	datagram();
	fine(rt_lookup_host("localhost", a, 4), 4);
	return 0;
}
