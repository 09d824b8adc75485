// tests/internal/closer.c - a raw system call closes a descriptor while rt_close waits for its last
// user, and the number becomes a new descriptor: the user's end still lets rt_close return.
// matrix: GOMAXPROCS=1,4
// timeout: 20
#include "internal.h"
#include "../lib/waiting.h"

#include "runtime/io/fd.h"

static int p[2];
static Fd *used;
static rt_waitgroup closed;

static void closer(void *arg)
{
	(void)arg;
	equal(rt_close(p[0]), 0);
	rt_waitgroup_done(&closed);
}

// Leaves when the entry is claimed for the new descriptor (runtime/io/fd.c).
static void user(void *arg)
{
	const uint64_t claimed = 1ull << 63;

	(void)arg;
	while (!(atomic_load_acquire(&used->mu) & claimed))
		rt_gosched();
	fdunref(p[0], used);
}

int rt_main(int nargs, char **args)
{
	int q[2];

	(void)nargs, (void)args;
	equal(rt_pipe(p), 0);
	equal(fdref(p[0], &used), 0);
	rt_waitgroup_add(&closed, 1);
	rt_go(closer, NULL);
	while (!atomic_load_acquire(&used->closer))
		rt_gosched();
	await_in(1, "semacquire");
	equal(rt_syscall(SYS_close, p[0]), 0);
	rt_go(user, NULL);
	equal(rt_pipe(q), 0); // waits until the user has left
	equal(q[0], p[0]);
	rt_waitgroup_wait(&closed);
	equal(rt_write(q[1], "x", 1), 1);
	equal(rt_close(q[0]), 0);
	equal(rt_close(q[1]), 0);
	return 0;
}
