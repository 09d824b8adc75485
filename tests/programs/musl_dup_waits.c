// tests/programs/musl_dup_waits.c - with musl: dup2 and dup3 onto a descriptor that others wait for
// end their calls with EBADF, as close does; they take nothing from what the number is then. Calls that
// fail, or change nothing, end nothing.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include "../lib/waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Declared for _GNU_SOURCE alone, which test.h is not made for.
int dup3(int old, int new, int flags);

enum { Waiters = 5, Rounds = 20, Storm = 300 };

static rt_waitgroup all;
static int fd;
static bool over;

static void reads(void *unused)
{
	char c;

	(void)unused;
	equal(read(fd, &c, 1), -1);
	equal(errno, EBADF);
	rt_waitgroup_done(&all);
}

static void by_dup2(int old)
{
	equal(dup2(old, fd), fd);
}

static void by_dup3(int old)
{
	equal(dup3(old, fd, O_CLOEXEC), fd);
}

static void by_number(int old)
{
	equal(syscall(SYS_dup3, old, fd, 0), fd);
}

static void make(int fds[2], bool socket)
{
	equal(socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds), 0);
}

// old is another pipe, with a byte in it.
static void replaced(void (*replace)(int old), bool socket)
{
	int pair[2], other[2];
	char c = 0;

	make(pair, socket);
	equal(pipe(other), 0);
	equal(write(other[1], "y", 1), 1);
	fd = pair[0];
	go_all(&all, Waiters, reads, NULL);
	await_in(Waiters, "IO wait");
	equal(dup2(fd, fd), fd);
	equal(dup3(fd, fd, 0), -1);
	equal(errno, EINVAL);
	equal(dup2(-1, fd), -1);
	equal(errno, EBADF);
	equal(dup3(other[0], fd, 1 << 30), -1);
	equal(errno, EINVAL);
	await_in(Waiters, "IO wait");
	replace(other[0]);
	rt_waitgroup_wait(&all);
	equal(read(fd, &c, 1), 1);
	equal(c, 'y');
	equal(close(fd), 0);
	equal(close(pair[1]), 0);
	equal(close(other[0]), 0);
	equal(close(other[1]), 0);
}

// Can pipes be read without waiting, whatever their mode? Since Linux 6.5. Before, a pipe is polled and
// then read, and that may be what the number is next, as it may be in any process with threads.
static bool pipes_need_not_wait(void)
{
	enum { RWF_NOWAIT = 8 };
	int fds[2];
	char c;
	struct iovec v = { &c, 1 };
	int64_t r;

	equal(pipe(fds), 0);
	r = rt_syscall(SYS_preadv2, fds[0], &v, 1, -1, 0, RWF_NOWAIT);
	check(r == -EAGAIN || r == -EOPNOTSUPP || r == -ENOSYS);
	equal(close(fds[0]), 0);
	equal(close(fds[1]), 0);
	return r == -EAGAIN;
}

// Reads of the first pair alone see 'x': each is woken by one when the number becomes the other.
static void reads_x(void *unused)
{
	char c = 'x';

	(void)unused;
	if (read(fd, &c, 1) < 0)
		equal(errno, EBADF);
	equal(c, 'x');
	rt_waitgroup_done(&all);
}

static void races(bool sockets)
{
	int a[2], b[2];
	char c;

	for (int i = 0; i < Storm; i++) {
		make(a, sockets);
		make(b, sockets);
		equal(write(b[1], "y", 1), 1);
		fd = a[0];
		go_all(&all, 2, reads_x, NULL);
		await_in(2, "IO wait");
		equal(write(a[1], "x", 1), 1);
		equal(dup2(b[0], fd), fd);
		rt_waitgroup_wait(&all);
		equal(read(fd, &c, 1), 1);
		equal(c, 'y');
		for (int k = 0; k < 2; k++) {
			equal(close(a[k]), 0);
			equal(close(b[k]), 0);
		}
	}
}

static void ticks(void *unused)
{
	(void)unused;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		rt_sleep(RT_MILLISECOND);
}

int main(void)
{
	rt_go(ticks, NULL);
	for (int i = 0; i < Rounds; i++) {
		replaced(by_dup2, false);
		replaced(by_dup3, true);
		replaced(by_number, i % 2);
	}
	races(true);
	if (pipes_need_not_wait())
		races(false);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	return 0;
}
