// tests/programs/musl_no_poller.c - with musl: what the poller cannot watch, such as epoll descriptors
// that are too deep in each other, or anything when there is no descriptor left for the
// poller, is waited for by a thread: no call returns an error of the poller's.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64 WAY=none,deep
#include "../lib/test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { Calls = 5, Depth = 5 };

static int fds[Calls][2], ep, begun;

static void *by_read(void *unused)
{
	char c = 0;

	equal(read(fds[0][0], &c, 1), 1);
	equal(c, 'x');
	return unused;
}

static void *by_recv(void *unused)
{
	char c = 0;

	equal(recv(fds[1][0], &c, 1, 0), 1);
	equal(c, 'x');
	return unused;
}

static void *by_poll(void *unused)
{
	struct pollfd p[2] = { { fds[2][0], POLLIN, 0 }, { fds[2][1], POLLIN, 0 } };

	equal(poll(p, 1, -1), 1);
	equal(poll(p, 2, 100000), 1);
	return unused;
}

static void *by_epoll(void *unused)
{
	struct epoll_event ev;

	equal(epoll_wait(ep, &ev, 1, -1), 1);
	equal(epoll_wait(ep, &ev, 1, 100000), 1);
	return unused;
}

static void *by_sleep(void *unused)
{
	equal(usleep(1000), 0);
	equal(poll(NULL, 0, 1), 0);
	return unused;
}

static void *counted(void *fn)
{
	__atomic_fetch_add(&begun, 1, __ATOMIC_RELEASE);
	return ((void *(*)(void *))fn)(NULL);
}

static void handler(int sig)
{
	equal(sig, SIGALRM);
}

// The main goroutine's calls end by signals, as ever.
static void interrupted(void)
{
	struct sigaction sa = { .sa_handler = handler };
	struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, never = { 0 };
	struct timespec hour = { 3600, 0 };
	char c;

	equal(sigaction(SIGALRM, &sa, NULL), 0);
	equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	equal(read(fds[0][0], &c, 1), -1);
	equal(errno, EINTR);
	equal(nanosleep(&hour, NULL), -1);
	equal(errno, EINTR);
	equal(poll(NULL, 0, 100000), -1);
	equal(errno, EINTR);
	equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	equal(signal(SIGALRM, SIG_IGN) == SIG_ERR, 0);
}

// The outermost of some that watch each other.
static int deep(int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	for (int i = 0; i < Depth; i++) {
		int outer = epoll_create1(0);

		check(outer >= 0);
		equal(epoll_ctl(outer, EPOLL_CTL_ADD, fd, &ev), 0);
		fd = outer;
	}
	return fd;
}

int main(void)
{
	static void *(*const calls[])(void *) = { by_read, by_recv, by_poll, by_epoll, by_sleep };
	struct rlimit limit;
	pthread_t t[Calls];

	for (int i = 0; i < Calls; i++)
		equal(i == 1 ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds[i]) : pipe(fds[i]), 0);
	ep = deep(fds[3][0]);
	if (strcmp(getenv("WAY"), "none") == 0) {
		equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
		limit.rlim_cur = (rlim_t)ep + 1;
		equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		equal(dup(0), -1);
	}
	for (int i = 0; i < Calls; i++)
		equal(pthread_create(&t[i], NULL, counted, (void *)calls[i]), 0);
	while (__atomic_load_n(&begun, __ATOMIC_ACQUIRE) < Calls)
		sched_yield();
	equal(pthread_join(t[4], NULL), 0);
	for (int i = 0; i < 4; i++)
		equal(write(fds[i][1], "x", 1), 1);
	for (int i = 0; i < 4; i++)
		equal(pthread_join(t[i], NULL), 0);
	equal(pthread_create(&t[0], NULL, by_epoll, NULL), 0); // others are there
	interrupted();
	equal(pthread_join(t[0], NULL), 0);
	return 0;
}
