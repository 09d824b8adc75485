// tests/programs/net_closers.c - rt_close of what others read returns when the descriptor is gone,
// and always returns: however soon its number is a new one that is closed under others, too.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// hosted: not thread: what it closes may be used later, which is a race there
#include "../lib/test.h"

#include <asm-generic/errno-base.h>
#include <asm/stat.h>

enum { Workers = 12, Rounds = 400, Readers = 2 };

typedef struct {
	int fd;
	rt_waitgroup done;
	int32_t begun;
} Use;

static int64_t inode(int fd)
{
	struct stat s;

	return rt_syscall(SYS_fstat, fd, &s) == 0 ? (int64_t)s.st_ino : -1;
}

static void reader(void *arg)
{
	Use *u = arg;
	char c;

	__atomic_fetch_add(&u->begun, 1, __ATOMIC_SEQ_CST);
	equal(rt_read(u->fd, &c, 1), -EBADF);
	rt_waitgroup_done(&u->done);
}

static void worker(void *arg)
{
	for (int round = 0; round < Rounds; round++) {
		Use u = { 0 };
		int64_t was;
		int p[2];

		equal(rt_pipe(p), 0);
		u.fd = p[0];
		was = inode(p[0]);
		rt_waitgroup_add(&u.done, Readers);
		for (int i = 0; i < Readers; i++)
			rt_go(reader, &u);
		// Those that begin later might meet the number's next user.
		while (__atomic_load_n(&u.begun, __ATOMIC_SEQ_CST) < Readers)
			rt_gosched();
		rt_gosched();
		equal(rt_close(p[0]), 0);
		check(inode(p[0]) != was); // p[1] is open, so nothing else can be it
		rt_waitgroup_wait(&u.done);
		equal(rt_close(p[1]), 0);
	}
	rt_waitgroup_done(arg);
}

int rt_main(int argc, char **argv)
{
	static rt_waitgroup all;

	(void)argc, (void)argv;
	rt_waitgroup_add(&all, Workers);
	for (int i = 0; i < Workers; i++)
		rt_go(worker, &all);
	rt_waitgroup_wait(&all);
	return 0;
}
