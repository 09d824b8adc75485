// tests/programs/syscall.c - a goroutine in a system call leaves the processor to others.
//
// Promises: one that is blocked in a read of a pipe does not stop the others, nor do 100;
// rt_syscall passes arguments and negative errnos; rt_write writes all of what is more
// than a pipe holds; rt_read gives 0 at the end; descriptors are close-on-exec.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <fcntl.h>
#include <sys/mman.h>

enum {
	Readers = 100,
	Rounds = 2000,      // of the goroutine that must not be stopped
	Big = 300000,       // bytes; a pipe holds 65536
	Piece = 1000,       // bytes of a slow reader's read
};

static rt_waitgroup all;

static void read_byte(void *arg)
{
	int *fd = arg;
	char c = 0;

	equal(rt_read(fd[0], &c, 1), 1);
	equal(c, 'x');
	rt_waitgroup_done(&all);
}

static void count(void *arg)
{
	for (int64_t i = 0; i < Rounds; i++) {
		if (i % 2)
			rt_gosched();
		rt_chan_send(arg, &i);
	}
}

static void others_go_on(void)
{
	rt_chan *c = rt_chan_make(sizeof(int64_t), 0);
	int64_t v;

	rt_go(count, c);
	for (int64_t i = 0; i < Rounds; i++) {
		check(rt_chan_recv(c, &v));
		equal(v, i);
	}
}

static void close_both(int fd[2])
{
	equal(rt_close(fd[0]), 0);
	equal(rt_close(fd[1]), 0);
}

static void blocked_readers(int n)
{
	static int fd[Readers][2];

	rt_waitgroup_add(&all, n);
	for (int i = 0; i < n; i++) {
		equal(rt_pipe(fd[i]), 0);
		rt_go(read_byte, fd[i]);
	}
	others_go_on();
	for (int i = 0; i < n; i++)
		equal(rt_write(fd[i][1], "x", 1), 1);
	rt_waitgroup_wait(&all);
	for (int i = 0; i < n; i++)
		close_both(fd[i]);
}

static void read_slowly(void *arg)
{
	int fd = *(int *)arg;
	uint8_t piece[Piece];
	int64_t at = 0, n;

	while ((n = rt_read(fd, piece, sizeof piece)) > 0) {
		for (int64_t i = 0; i < n; i++, at++)
			equal(piece[i], (uint8_t)(at * 7 + (at >> 8)));
		rt_gosched();
	}
	equal(n, 0); // the end, when the writer has closed its
	equal(at, Big);
	rt_waitgroup_done(&all);
}

static void big_write(void)
{
	static uint8_t text[Big];
	int fd[2];

	for (int64_t i = 0; i < Big; i++)
		text[i] = (uint8_t)(i * 7 + (i >> 8));
	equal(rt_pipe(fd), 0);
	rt_waitgroup_add(&all, 1);
	rt_go(read_slowly, &fd[0]);
	equal(rt_write(fd[1], text, Big), Big);
	equal(rt_close(fd[1]), 0);
	rt_waitgroup_wait(&all);
	equal(rt_close(fd[0]), 0);
}

static void errors(void)
{
	char c;

	equal(rt_open("/does/not/exist", O_RDONLY, 0), -ENOENT);
	equal(rt_read(-1, &c, 1), -EBADF);
	equal(rt_write(12345, &c, 1), -EBADF);
	equal(rt_close(12345), -EBADF);
	equal(rt_syscall(SYS_wait4, -1, NULL, 0, NULL), -ECHILD);
	equal(rt_syscall(SYS_read, -1, &c, 1), -EBADF);
}

static void close_on_exec(void)
{
	int fd = rt_open("/dev/null", O_RDWR, 0), ends[2];

	check(fd >= 3);
	equal(rt_syscall(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	equal(rt_write(fd, "gone", 4), 4);
	equal(rt_read(fd, ends, sizeof ends), 0);
	equal(rt_close(fd), 0);
	equal(rt_pipe(ends), 0);
	equal(rt_syscall(SYS_fcntl, ends[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	equal(rt_syscall(SYS_fcntl, ends[1], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close_both(ends);
}

static void direct_calls(void)
{
	struct {
		int64_t sec, nsec;
	} time = { 0, 20 * RT_MILLISECOND };
	int64_t pid = rt_syscall(SYS_getpid), began = rt_nanotime();
	uint8_t *p;

	check(pid > 0);
	equal(rt_syscall(SYS_getpgid, pid), rt_syscall(SYS_getpgid, 0));
	equal(rt_syscall(SYS_nanosleep, &time, NULL), 0);
	check(rt_nanotime() - began >= 20 * RT_MILLISECOND);
	// Six arguments, one of them a negative number of 32 bits.
	p = (uint8_t *)rt_syscall(SYS_mmap, NULL, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                          (uint64_t)0);
	check((intptr_t)p > 0);
	p[8191] = 1;
	equal(rt_syscall(SYS_munmap, p, 8192), 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	blocked_readers(1);
	blocked_readers(Readers);
	big_write();
	errors();
	close_on_exec();
	direct_calls();
	return 0;
}
