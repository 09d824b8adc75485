// tests/programs/musl_gate.c - with musl: goroutines that wait in the library's calls are
// parked. Many of them need no more threads than one, and others run beside them.
// cflags: --musl
// arch: not qemu: it has no preadv2 and no pidfd_open, so that threads wait
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { Waiters = 100, Steps = 100, Large = 1 << 20, More = 8 };

// A goroutine waits for fd[0] until there is a byte in fd[1].
typedef struct {
	int fd[2];
	void (*wait)(int fd);
} Waiter;

static rt_waitgroup all;
static char large[Large];

// ---- waits --------------------------------------------------------------------------

static void by_read(int fd)
{
	char c = 0;

	equal(read(fd, &c, 1), 1);
	equal(c, 'x');
}

static void by_readv(int fd)
{
	char c[2] = { 0 };
	struct iovec v[2] = { { c, 1 }, { c + 1, 1 } };

	equal(readv(fd, v, 2), 1);
	equal(c[0], 'x');
}

static void by_recv(int fd)
{
	char c = 0;

	equal(recv(fd, &c, 1, 0), 1);
	equal(c, 'x');
}

static void by_recvmsg(int fd)
{
	char c = 0;
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	equal(recvmsg(fd, &m, 0), 1);
	equal(c, 'x');
}

static void by_fgetc(int fd)
{
	FILE *f = fdopen(dup(fd), "r");

	equal(fgetc(f), 'x');
	equal(fclose(f), 0);
}

static void by_poll(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	equal(poll(&p, 1, -1), 1);
	equal(p.revents, POLLIN);
	by_read(fd);
}

static void by_poll_of_two(int fd)
{
	int pair[2];
	struct pollfd p[3] = { { -1, POLLIN, 0 }, { 0, POLLIN, 0 }, { fd, POLLIN, 0 } };

	equal(pipe(pair), 0);
	p[1].fd = pair[0];
	equal(poll(p, 3, 100000), 1);
	equal(p[1].revents, 0);
	equal(p[2].revents, POLLIN);
	by_read(fd);
	close(pair[0]);
	close(pair[1]);
}

static void by_select(int fd)
{
	struct timeval tv = { 100, 0 };
	fd_set r, w;

	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(fd, &r);
	equal(select(fd + 1, &r, &w, NULL, &tv), 1);
	check(FD_ISSET(fd, &r));
	by_read(fd);
}

static void by_epoll(int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };
	int ep = epoll_create1(0);

	equal(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
	ev.data.fd = -1;
	equal(epoll_wait(ep, &ev, 1, -1), 1);
	equal(ev.data.fd, fd);
	by_read(fd);
	equal(close(ep), 0);
}

// The reader of the other end makes room.
static void by_write(int fd)
{
	equal(write(fd, large, Large), Large);
}

// ---- many of them at once -------------------------------------------------------------

// Four more than Ps, and some while a loaded machine keeps system calls waiting: they stay.
static bool few_threads(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = -2; // . and ..

	check(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n <= (int)number(getenv("GOMAXPROCS")) + More;
}

static void waits(void *arg)
{
	Waiter *w = arg;

	w->wait(w->fd[0]);
	rt_waitgroup_done(&all);
}

static void count(void *c)
{
	for (int i = 0; i < Steps; i++)
		rt_chan_send(c, &i);
}

static void others_run(void)
{
	rt_chan *c = rt_chan_make(sizeof(int), 0);
	int v;

	rt_go(count, c);
	for (int i = 0; i < Steps; i++) {
		check(rt_chan_recv(c, &v));
		equal(v, i);
	}
	rt_chan_free(c);
}

static void drain(int fd)
{
	for (int n = 0; n < Large;) {
		int r = (int)read(fd, large, Large);

		check(r > 0);
		n += r;
	}
}

static void at_once(void (*wait)(int fd), bool socket)
{
	static Waiter w[Waiters];

	rt_waitgroup_add(&all, Waiters);
	for (int i = 0; i < Waiters; i++) {
		equal(socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, w[i].fd) : pipe(w[i].fd), 0);
		if (wait == by_write && !socket) {
			int reader = w[i].fd[0];

			w[i].fd[0] = w[i].fd[1];
			w[i].fd[1] = reader;
		}
		w[i].wait = wait;
		rt_go(waits, &w[i]);
	}
	others_run();
	check(few_threads());
	for (int i = 0; i < Waiters; i++) {
		if (wait == by_write)
			drain(w[i].fd[1]);
		else
			equal(write(w[i].fd[1], "x", 1), 1);
	}
	rt_waitgroup_wait(&all);
	for (int i = 0; i < 2 * Waiters; i++)
		equal(close(w[i / 2].fd[i % 2]), 0);
	check(few_threads());
}

// ---- others ---------------------------------------------------------------------------

static void sleeps(void *arg)
{
	int64_t before = rt_nanotime();

	(void)arg;
	equal(usleep(20000), 0);
	equal(nanosleep(&(struct timespec){ 0, 1000000 }, NULL), 0);
	check(rt_nanotime() - before >= 21 * RT_MILLISECOND);
	rt_waitgroup_done(&all);
}

static void many_sleep(void)
{
	rt_waitgroup_add(&all, Waiters);
	for (int i = 0; i < Waiters; i++)
		rt_go(sleeps, NULL);
	others_run();
	rt_waitgroup_wait(&all);
}

static int listener(struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(a->sun_path + 1, sizeof a->sun_path - 1, "musl_gate.%d", getpid());
	equal(bind(fd, (struct sockaddr *)a, sizeof *a), 0);
	equal(listen(fd, Waiters), 0);
	return fd;
}

static void accepts(void *arg)
{
	int fd = accept(*(int *)arg, NULL, NULL);

	check(fd >= 0);
	by_read(fd);
	equal(close(fd), 0);
	rt_waitgroup_done(&all);
}

static void many_accept(void)
{
	static int fd[Waiters];
	struct sockaddr_un a;
	int l = listener(&a);

	rt_waitgroup_add(&all, Waiters);
	for (int i = 0; i < Waiters; i++)
		rt_go(accepts, &l);
	others_run();
	for (int i = 0; i < Waiters; i++) {
		fd[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		equal(connect(fd[i], (struct sockaddr *)&a, sizeof a), 0);
	}
	others_run();
	for (int i = 0; i < Waiters; i++)
		equal(write(fd[i], "x", 1), 1);
	rt_waitgroup_wait(&all);
	for (int i = 0; i < Waiters; i++)
		equal(close(fd[i]), 0);
	equal(close(l), 0);
}

static void reap(void *arg)
{
	int status = 0;

	equal(waitpid(*(int *)arg, &status, 0), *(int *)arg);
	equal(WEXITSTATUS(status), 7);
	rt_waitgroup_done(&all);
}

static void many_reap(void)
{
	enum { Children = 20 };
	static int pid[Children];
	int fd[2];
	char c;

	equal(pipe(fd), 0);
	rt_waitgroup_add(&all, Children);
	for (int i = 0; i < Children; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			close(fd[1]);
			read(fd[0], &c, 1);
			_exit(7);
		}
		rt_go(reap, &pid[i]);
	}
	others_run();
	check(few_threads());
	equal(close(fd[1]), 0);
	rt_waitgroup_wait(&all);
	equal(close(fd[0]), 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	at_once(by_read, false);
	at_once(by_read, true);
	at_once(by_readv, false);
	at_once(by_readv, true);
	at_once(by_recv, true);
	at_once(by_recvmsg, true);
	at_once(by_fgetc, false);
	at_once(by_fgetc, true);
	at_once(by_poll, false);
	at_once(by_poll_of_two, true);
	at_once(by_select, true);
	at_once(by_epoll, false);
	at_once(by_write, false);
	at_once(by_write, true);
	many_sleep();
	many_accept();
	many_reap();
	return 0;
}
