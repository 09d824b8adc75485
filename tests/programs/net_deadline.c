// tests/programs/net_deadline.c - deadlines of descriptors.
//
// Promises: a read ends with -ETIMEDOUT at its deadline, not before and not much later;
// one in the past ends at once, even with data there; a deadline that moves on, back, or
// away counts as it is last set; after a new one the descriptor works again; writers have
// their own; no deadlines for files.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/waiting.h"

#include <fcntl.h>

enum { Many = 500 };

static rt_waitgroup all;
static int fd[2];
static char buf[2 << 20]; // no pipe holds it, whatever the size of a page

static int64_t in(int64_t ms)
{
	return rt_nanotime() + ms * RT_MILLISECOND;
}

static void late(int64_t start, int64_t ms, int64_t end)
{
	check(end - start >= ms * RT_MILLISECOND);
	check(end - start < (ms + 8000) * RT_MILLISECOND); // the machine may be busy
}

static int64_t from, by; // when the deadline was moved
static _Atomic(bool) over;

// Once the reader waits.
static void mover(void *arg)
{
	while (count_in("IO wait") == 0 && !over)
		rt_gosched();
	from = rt_nanotime();
	equal(rt_set_deadline(fd[0], from + (intptr_t)arg * RT_MILLISECOND, 0), 0);
	by = rt_nanotime();
	rt_waitgroup_done(&all);
}

// first: 0 for none.
static void moved(int64_t first, int64_t second)
{
	int64_t due = first ? in(first) : 0, end;
	char c;

	over = false;
	equal(rt_set_deadline(fd[0], due, 0), 0);
	rt_waitgroup_add(&all, 1);
	rt_go(mover, (void *)(intptr_t)second);
	equal(rt_read(fd[0], &c, 1), -ETIMEDOUT);
	end = rt_nanotime();
	over = true;
	rt_waitgroup_wait(&all);
	if (due && by >= due)
		moved(2 * first, second); // the mover was too late
	else
		late(from, second, end);
}

static void simple(void)
{
	int64_t start = rt_nanotime();
	char c;

	equal(rt_set_deadline(fd[0], in(30), 0), 0);
	equal(rt_read(fd[0], &c, 1), -ETIMEDOUT);
	late(start, 30, rt_nanotime());
	equal(rt_read(fd[0], &c, 1), -ETIMEDOUT);

	equal(rt_write(fd[1], "ab", 2), 2);
	equal(rt_read(fd[0], &c, 1), -ETIMEDOUT); // though there is something
	equal(rt_set_deadline(fd[0], 0, 0), 0);
	equal(rt_read(fd[0], &c, 1), 1);
	equal(rt_set_deadline(fd[0], 1, 0), 0);
	equal(rt_read(fd[0], &c, 1), -ETIMEDOUT);
	equal(rt_set_deadline(fd[0], in(100000), 0), 0);
	equal(rt_read(fd[0], &c, 1), 1);
}

static void writers(void)
{
	int64_t start = rt_nanotime(), n;
	char c;

	equal(rt_set_deadline(fd[1], 0, in(30)), 0);
	n = rt_write(fd[1], buf, sizeof buf); // more than it holds
	check((n > 0 && n < (int64_t)sizeof buf) || n == -ETIMEDOUT); // a busy machine
	late(start, 30, rt_nanotime());
	equal(rt_write(fd[1], buf, sizeof buf), -ETIMEDOUT); // until it is set again
	equal(rt_set_deadline(fd[1], 0, 0), 0);
	equal(rt_read(fd[0], buf, sizeof buf) > 0, 1);
	equal(rt_write(fd[1], &c, 1), 1);
}

static void expire(void *arg)
{
	int p[2];
	char c;

	equal(rt_pipe(p), 0);
	for (int i = 0; i < 5; i++) {
		int64_t start = rt_nanotime(), ms = ((intptr_t)arg * 7 + i * 13) % 50;

		equal(rt_set_deadline(p[0], start + ms * RT_MILLISECOND + 1, 0), 0);
		equal(rt_read(p[0], &c, 1), -ETIMEDOUT);
		check(rt_nanotime() - start >= ms * RT_MILLISECOND);
	}
	rt_close(p[0]);
	rt_close(p[1]);
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	int file;

	(void)argc;
	(void)argv;
	equal(rt_pipe(fd), 0);
	simple();
	moved(10000, 30); // back
	moved(500, 600);  // on
	moved(0, 30);
	moved(10000, 1);
	equal(rt_set_deadline(fd[0], 0, 0), 0);
	writers();
	rt_waitgroup_add(&all, Many);
	for (int i = 0; i < Many; i++)
		rt_go(expire, (void *)(intptr_t)i);
	rt_waitgroup_wait(&all);

	file = rt_open("/proc/self/exe", O_RDONLY, 0);
	equal(rt_set_deadline(file, 1, 1), -EOPNOTSUPP);
	rt_close(file);
	equal(rt_set_deadline(file, 0, 0), -EBADF);
	return 0;
}
