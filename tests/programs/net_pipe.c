// tests/programs/net_pipe.c - goroutines that wait for pipes wait in the poller.
//
// Promises: 1000 goroutines that are blocked in reads take no threads of their own; each
// byte reaches its reader; a close gives -EBADF to the reader and to those that wait for
// their turn; writing all of what is more than a pipe holds; 0 at the end; -EPIPE.
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not thread: what it closes may be used later, which is a race there
#include "../lib/test.h"

#include <fcntl.h>

enum { Pipes = 1000, Rounds = 20, Big = 1 << 20, Turns = 10 };

static rt_waitgroup all;
static int pipes[Pipes][2];
static int echoes[Pipes][2];

static void echoing(void *arg)
{
	int i = (int)(intptr_t)arg;
	char c;

	while (rt_read(pipes[i][0], &c, 1) == 1)
		equal(rt_write(echoes[i][1], &c, 1), 1);
	rt_waitgroup_done(&all);
}

static int64_t threads(void)
{
	char buf[4096];
	int fd = rt_open("/proc/self/status", O_RDONLY, 0);
	int64_t n = rt_read(fd, buf, sizeof buf - 1);

	check(n > 0);
	buf[n] = '\0';
	rt_close(fd);
	for (char *p = buf; *p; p++) {
		if (p[0] == 'T' && p[1] == 'h' && p[2] == 'r' && p[7] == ':') {
			for (p += 8, n = 0; *p == ' ' || *p == '\t'; p++)
				;
			for (; *p >= '0' && *p <= '9'; p++)
				n = 10 * n + (*p - '0');
			return n;
		}
	}
	return -1;
}

static void many(void)
{
	for (int i = 0; i < Pipes; i++) {
		equal(rt_pipe(pipes[i]), 0);
		equal(rt_pipe(echoes[i]), 0);
		rt_waitgroup_add(&all, 1);
		rt_go(echoing, (void *)(intptr_t)i);
	}
	for (int r = 0; r < Rounds; r++) {
		char c = (char)r, d;

		for (int i = 0; i < Pipes; i++)
			equal(rt_write(pipes[i][1], &c, 1), 1);
		for (int i = 0; i < Pipes; i++) {
			equal(rt_read(echoes[i][0], &d, 1), 1);
			equal(d, c);
		}
	}
	check(threads() <= rt_gomaxprocs(0) + 8);
	for (int i = 0; i < Pipes; i++)
		equal(rt_close(pipes[i][1]), 0); // the readers see the end
	rt_waitgroup_wait(&all);
	for (int i = 0; i < Pipes; i++) {
		rt_close(pipes[i][0]);
		rt_close(echoes[i][0]);
		rt_close(echoes[i][1]);
	}
}

static void refused(void *arg)
{
	char c;

	equal(rt_read(*(int *)arg, &c, 1), -EBADF);
	rt_waitgroup_done(&all);
}

static void closing(void)
{
	int fd[2];
	char c;

	for (int round = 0; round < 200; round++) {
		equal(rt_pipe(fd), 0);
		for (int i = 0; i < Turns; i++) {
			rt_waitgroup_add(&all, 1);
			rt_go(refused, &fd[0]);
		}
		if (round % 2)
			perhaps_later(100 * RT_MICROSECOND);
		equal(rt_close(fd[0]), 0);
		rt_waitgroup_wait(&all);
		equal(rt_close(fd[0]), -EBADF);
		equal(rt_read(fd[0], &c, 1), -EBADF);
		equal(rt_write(fd[1], "x", 1), -EPIPE);
		equal(rt_close(fd[1]), 0);
	}
}

// Pipes from outside: the close may come before it is known what they are.
static void outsiders(void)
{
	int fd[2];

	for (int round = 0; round < 500; round++) {
		equal(rt_syscall(SYS_pipe2, fd, 0), 0);
		for (int i = 0; i < 3; i++) {
			rt_waitgroup_add(&all, 1);
			rt_go(refused, &fd[0]);
		}
		for (int i = round % 4; i > 0; i--)
			rt_gosched();
		equal(rt_close(fd[0]), 0);
		rt_waitgroup_wait(&all);
		equal(rt_close(fd[1]), 0);
	}
}

static void writing(void *arg)
{
	int fd = *(int *)arg;
	char *big = rt_malloc(Big);

	for (int i = 0; i < Big; i++)
		big[i] = (char)(i * 7 + i / 1000);
	equal(rt_write(fd, big, Big), Big);
	equal(rt_close(fd), 0);
	rt_free(big);
	rt_waitgroup_done(&all);
}

static void bigwrite(void)
{
	int fd[2];
	char buf[777];
	int64_t n, at = 0;

	equal(rt_pipe(fd), 0);
	rt_waitgroup_add(&all, 1);
	rt_go(writing, &fd[1]);
	while ((n = rt_read(fd[0], buf, sizeof buf)) > 0) {
		for (int64_t i = 0; i < n; i++, at++)
			equal(buf[i], (char)(at * 7 + at / 1000));
	}
	equal(n, 0);
	equal(at, Big);
	rt_waitgroup_wait(&all);
	rt_close(fd[0]);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	many();
	closing();
	outsiders();
	bigwrite();
	return 0;
}
