// tests/programs/net_signalled.c - a signal that comes while the runtime asks whether a descriptor
// is ready does not make it look so.
//
// Promises: a read of an empty pipe in blocking mode ends with its deadline, however many signals
// come; if the pipe were taken for ready, the read would block its thread, and stay. Nor does
// rt_wait miss what comes in, or see what does not.
// matrix: GOMAXPROCS=2,4,64
// timeout: 120
#include "../lib/test.h"

#include <asm-generic/errno.h>
#include <fcntl.h>

enum { Rounds = 1500, Sigurg = 23 };

static int over;
static rt_waitgroup done;

static void signals(void *arg)
{
	int64_t pid = rt_syscall(SYS_getpid), tid = (intptr_t)arg;

	while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST))
		rt_syscall(SYS_tgkill, pid, tid, Sigurg);
	rt_waitgroup_done(&done);
}

int rt_main(int argc, char **argv)
{
	char c;
	int p[2];

	(void)argc, (void)argv;
	rt_lock_os_thread(); // the one that is signalled
	equal(rt_syscall(SYS_pipe2, p, O_CLOEXEC), 0);
	rt_waitgroup_add(&done, 1);
	rt_go(signals, (void *)(intptr_t)gettid());
	for (int i = 0; i < Rounds; i++) {
		rt_set_deadline(p[0], rt_nanotime() + 20 * RT_MICROSECOND, 0);
		equal(rt_read(p[0], &c, 1), -ETIMEDOUT);
		rt_set_deadline(p[0], 0, 0);
		equal(rt_wait(p[0], RT_READABLE, rt_nanotime() + 20 * RT_MICROSECOND), -ETIMEDOUT);
		equal(rt_write(p[1], "x", 1), 1);
		equal(rt_wait(p[0], RT_READABLE, INT64_MAX), RT_READABLE);
		equal(rt_read(p[0], &c, 1), 1);
	}
	__atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
	rt_waitgroup_wait(&done);
	rt_unlock_os_thread();
	return 0;
}
