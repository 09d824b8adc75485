// bench/peers/tcp_echo_server_epoll.c - what an echo server costs without a runtime: one
// thread, one epoll, level-triggered, a read and a write for each event. Hosted C.
//
//	tcp_echo_server_epoll PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void watch(int ep, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
}

static void echo(int fd)
{
	char buf[512];
	ssize_t n = read(fd, buf, sizeof buf);

	if (n <= 0 || write(fd, buf, (size_t)n) != n)
		close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int one = 1, ep = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "7000"));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 1024))
		return 1;
	watch(ep, listener);
	for (;;) {
		struct epoll_event ev[128];
		int n = epoll_wait(ep, ev, 128, -1);

		for (int i = 0; i < n; i++) {
			if (ev[i].data.fd == listener)
				watch(ep, accept4(listener, NULL, NULL, SOCK_NONBLOCK));
			else
				echo(ev[i].data.fd);
		}
	}
}
