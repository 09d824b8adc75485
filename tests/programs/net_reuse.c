// tests/programs/net_reuse.c - a number that is used again at once is a new descriptor.
//
// Promises: an event, a deadline or a close of a former use never reaches the next: a read
// of the new pipe waits until its own byte comes, whatever happened to the old one; also
// when a raw system call closed it behind the runtime's back.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <fcntl.h>

enum { Rounds = 3000, Workers = 4 };

static rt_waitgroup all;

typedef struct {
	int fd;
	char sent;
} Late;

static void later(void *arg)
{
	Late *l = arg;

	rt_gosched();
	equal(rt_write(l->fd, &l->sent, 1), 1);
	rt_waitgroup_done(&all);
}

static void round1(uint64_t *seed)
{
	uint64_t r = next_random(seed);
	int fd[2];
	char c = 0;
	Late l;

	// A use with an event, perhaps a deadline, that nobody takes.
	equal(rt_pipe(fd), 0);
	if (r & 1)
		equal(rt_write(fd[1], "old", 3), 3);
	if (r & 2)
		equal(rt_set_deadline(fd[0], rt_nanotime() + (int64_t)(r >> 8 & 0xffff), 0), 0);
	if (r & 4)
		equal(rt_close(fd[1]), 0);
	if (r & 8)
		rt_syscall(SYS_close, fd[0]);
	else
		equal(rt_close(fd[0]), 0);
	if (!(r & 4))
		equal(rt_close(fd[1]), 0);

	equal(rt_pipe(fd), 0);
	l.fd = fd[1];
	l.sent = (char)(r >> 4);
	rt_waitgroup_add(&all, 1);
	rt_go(later, &l);
	equal(rt_read(fd[0], &c, 1), 1);
	equal(c, l.sent);
	rt_waitgroup_wait(&all);
	equal(rt_close(fd[0]), 0);
	equal(rt_close(fd[1]), 0);
}

// Pipes come and go in several goroutines at once: the numbers wander between them.
static void worker(void *arg)
{
	uint64_t seed = (uint64_t)(uintptr_t)arg;

	for (int i = 0; i < Rounds; i++) {
		int fd[2];
		char c = 0, d = (char)next_random(&seed);
		Late l;

		equal(rt_pipe(fd), 0);
		l.fd = fd[1];
		l.sent = d;
		rt_waitgroup_add(&all, 1);
		rt_go(later, &l);
		equal(rt_read(fd[0], &c, 1), 1);
		equal(c, d);
		rt_gosched();
		equal(rt_close(fd[0]), 0);
		equal(rt_close(fd[1]), 0);
	}
	rt_waitgroup_done(&all);
}

// ---- a number that the kernel gives to another before rt_close has returned ---------

static int unfinished;

static void closer(void *arg)
{
	int fd[2];

	for (int i = 0; i < Rounds; i++) {
		equal(rt_pipe(fd), 0);
		equal(rt_close(fd[0]), 0);
		equal(rt_close(fd[1]), 0);
	}
	__atomic_sub_fetch(&unfinished, 1, __ATOMIC_SEQ_CST);
	(void)arg;
	rt_waitgroup_done(&all);
}

static void opener(void *arg)
{
	(void)arg;
	while (__atomic_load_n(&unfinished, __ATOMIC_SEQ_CST) > 0) {
		int fd = (int)rt_syscall(SYS_openat, AT_FDCWD, "/dev/null", 2, 0);

		check(fd >= 0);
		equal(rt_write(fd, "a", 1), 1);
		equal(rt_close(fd), 0);
		rt_gosched();
	}
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	uint64_t seed = 12345;

	(void)argc;
	(void)argv;
	for (int i = 0; i < Rounds; i++)
		round1(&seed);
	rt_waitgroup_add(&all, Workers);
	for (uintptr_t i = 0; i < Workers; i++)
		rt_go(worker, (void *)(i + 99));
	rt_waitgroup_wait(&all);

	unfinished = Workers;
	rt_waitgroup_add(&all, 2 * Workers);
	for (int i = 0; i < Workers; i++) {
		rt_go(closer, NULL);
		rt_go(opener, NULL);
	}
	rt_waitgroup_wait(&all);
	return 0;
}
