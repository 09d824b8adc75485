// tests/programs/net_never.c - a call that a description from outside can never serve fails at once, as
// the kernel says; it does not wait until the description is ready.
// matrix: GOMAXPROCS=1,4
// timeout: 20
// stdout: ok
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

static void pipes(void)
{
	int p[2];
	char b = 'x';
	rt_iovec v = { &b, 1 };
	rt_address from;

	equal(rt_syscall(SYS_pipe2, p, 0), 0);
	equal(rt_read(p[1], &b, 1), -EBADF);
	equal(rt_readv(p[1], &v, 1), -EBADF);
	equal(rt_write(p[0], &b, 1), -EBADF);
	equal(rt_writev(p[0], &v, 1), -EBADF);
	equal(rt_accept(p[0]), -ENOTSOCK);
	equal(rt_accept(p[1]), -ENOTSOCK);
	equal(rt_recv_from(p[0], &b, 1, &from), -ENOTSOCK);
	equal(rt_copy(p[1], p[1], 1), -EBADF);
	rt_close(p[0]);
	rt_close(p[1]);
}

static int listener(int family)
{
	int fd = (int)rt_syscall(SYS_socket, family, SOCK_STREAM, 0);
	struct sockaddr a = { .sa_family = (sa_family_t)family };

	check(fd >= 0);
	if (family == AF_UNIX)
		equal(rt_syscall(SYS_bind, fd, &a, sizeof a.sa_family), 0); // a name of the kernel's choice
	equal(rt_syscall(SYS_listen, fd, 1), 0);
	return fd;
}

static void listeners(int family)
{
	int fd = listener(family), datagram = (int)rt_syscall(SYS_socket, family, SOCK_DGRAM, 0);
	rt_address from;
	int64_t r;
	char b;

	// Which error it is depends on the family.
	r = rt_read(fd, &b, 1);
	check(r == -ENOTCONN || r == -EINVAL);
	r = rt_recv_from(fd, &b, 1, &from);
	check(r == -ENOTCONN || r == -EINVAL);
	equal(rt_accept(datagram), -EOPNOTSUPP);
	rt_close(fd);
	rt_close(datagram);
}

static void connected(void)
{
	int s[2];

	equal(rt_syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, s), 0);
	equal(rt_accept(s[0]), -EINVAL);
	rt_close(s[0]);
	rt_close(s[1]);
}

static void terminal(void)
{
	int fd = (int)rt_syscall(SYS_openat, AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return; // a container without terminals
	equal(rt_accept(fd), -ENOTSOCK);
	rt_close(fd);
}

// What can be served waits as before.
static void sends(void *fd)
{
	rt_sleep(RT_MILLISECOND);
	equal(rt_write((int)(intptr_t)fd, "x", 1), 1);
}

static void waits(void)
{
	int p[2];
	char b = 0;

	equal(rt_syscall(SYS_pipe2, p, 0), 0);
	rt_go(sends, (void *)(intptr_t)p[1]);
	equal(rt_read(p[0], &b, 1), 1);
	equal(b, 'x');
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	pipes();
	listeners(AF_UNIX);
	listeners(AF_INET);
	connected();
	terminal();
	waits();
	rt_printf("ok\n");
	return 0;
}
