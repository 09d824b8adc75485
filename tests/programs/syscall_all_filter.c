// tests/programs/syscall_all_filter.c - a seccomp filter that rt_syscall_all installs is there on
// every thread, also on those that are made later.
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not any: there may be threads that are not the runtime's, so rt_syscall_all is refused
// arch: not qemu: it has threads of its own
#include "../lib/threads.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

enum { Goroutines = 200, Refused = 38 };

static rt_waitgroup wg;
static int through;

static void calls(void *arg)
{
	int64_t until = rt_nanotime() + RT_MILLISECOND;

	if (arg)
		rt_lock_os_thread();
	while (rt_nanotime() < until)
		;
	if (rt_syscall(SYS_getppid) != -Refused)
		__atomic_fetch_add(&through, 1, __ATOMIC_SEQ_CST);
	rt_waitgroup_done(&wg);
}

static void many(void)
{
	for (intptr_t i = 0; i < Goroutines; i++) {
		rt_waitgroup_add(&wg, 1);
		rt_go(calls, (void *)(i % 4));
	}
	rt_waitgroup_wait(&wg);
}

int rt_main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | Refused),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof code[0], code };

	(void)argc, (void)argv;
	many();
	check(through == Goroutines);
	through = 0;
	equal(rt_syscall_all(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1), 0);
	check_threads("status", "\nNoNewPrivs:\t1\n");
	equal(rt_syscall_all(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter), 0);
	check(check_threads("status", "\nSeccomp:\t2\nSeccomp_filters:\t1\n") >= 2);
	many();
	equal(through, 0);
	check_threads("status", "\nSeccomp:\t2\nSeccomp_filters:\t1\n");
	return 0;
}
