// bench/peers/coroutines/tcp_echo_server.c - bench/tcp_echo_server.c, with the two libraries'
// own ways to wait for a descriptor.
#define _GNU_SOURCE // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "coroutines.h"

#ifdef NECO
#define coroutine_read(fd, buf, n) neco_read(fd, buf, n)
#define coroutine_write(fd, buf, n) neco_write(fd, buf, n)
#define coroutine_accept(fd) neco_accept(fd, NULL, NULL)
#define forget(fd) ((void)(fd))
#else
#define forget(fd) dill_fdclean(fd)

static ssize_t coroutine_read(int fd, void *buf, size_t n)
{
	ssize_t done;

	while ((done = read(fd, buf, n)) < 0 && errno == EAGAIN)
		dill_fdin(fd, -1);
	return done;
}

static ssize_t coroutine_write(int fd, const void *buf, size_t n)
{
	ssize_t done;

	while ((done = write(fd, buf, n)) < 0 && errno == EAGAIN)
		dill_fdout(fd, -1);
	return done;
}

static int coroutine_accept(int fd)
{
	int new;

	while ((new = accept4(fd, NULL, NULL, SOCK_NONBLOCK)) < 0 && errno == EAGAIN)
		dill_fdin(fd, -1);
	return new;
}
#endif

COROUTINE(serve, void, arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[512];
	ssize_t n;

	while ((n = coroutine_read(fd, buf, sizeof buf)) > 0) {
		if (coroutine_write(fd, buf, (size_t)n) != n)
			break;
	}
	forget(fd);
	close(fd);
}

int bench_main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)count(argc, argv, 7000)) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1, fd;

	signal(SIGTERM, SIG_DFL); // neco catches it
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&to, sizeof to) < 0 || listen(listener, 1024) < 0) {
		perror("listen");
		return 1;
	}
	while ((fd = coroutine_accept(listener)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		start(serve, (void *)(intptr_t)fd);
	}
	return 1;
}
