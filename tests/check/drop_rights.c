// tests/check/drop_rights.c - opens a file as root, and becomes nobody.
//
//	drop_rights FILE [plain]
//
// By rt_syscall_all, or plain rt_syscall.
#include "../lib/threads.h"

#include <sys/prctl.h>

enum { Nobody = 65534, Goroutines = 200 };

static rt_waitgroup wg;
static const char *path;
static int privileged;

static void tries(void *arg)
{
	int64_t until = rt_nanotime() + RT_MILLISECOND;

	if (arg)
		rt_lock_os_thread();
	while (rt_nanotime() < until)
		;
	if (rt_syscall(SYS_geteuid) != Nobody || rt_open(path, O_RDONLY, 0) != -EACCES)
		__atomic_fetch_add(&privileged, 1, __ATOMIC_SEQ_CST);
	rt_waitgroup_done(&wg);
}

static void many(void)
{
	for (intptr_t i = 0; i < Goroutines; i++) {
		rt_waitgroup_add(&wg, 1);
		rt_go(tries, (void *)(i % 4));
	}
	rt_waitgroup_wait(&wg);
}

int rt_main(int argc, char **argv)
{
	char c;
	int fd;

	check(argc == 2 || argc == 3);
	path = argv[1];
	fd = rt_open(path, O_RDONLY, 0);
	check(fd >= 0);
	many();
	check(privileged == Goroutines);
	privileged = 0;

	if (argc == 3) {
		equal(rt_syscall(SYS_setgroups, 0, NULL), 0);
		equal(rt_syscall(SYS_setresgid, Nobody, Nobody, Nobody), 0);
		equal(rt_syscall(SYS_setresuid, Nobody, Nobody, Nobody), 0);
	} else {
		equal(rt_syscall_all(SYS_setgroups, 0, NULL), 0);
		equal(rt_syscall_all(SYS_setresgid, Nobody, Nobody, Nobody), 0);
		equal(rt_syscall_all(SYS_setresuid, Nobody, Nobody, Nobody), 0);
	}
	equal(rt_syscall_all(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1), 0);

	check_threads("status", "\nUid:\t65534\t65534\t65534\t65534\n"
	                        "Gid:\t65534\t65534\t65534\t65534\n");
	check_threads("status", "\nGroups:\t \n");
	check_threads("status", "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n");
	check_threads("status", "\nNoNewPrivs:\t1\n");
	many();
	equal(privileged, 0);
	check_threads("status", "\nUid:\t65534\t65534\t65534\t65534\n");
	equal(rt_syscall_all(SYS_setresuid, 0, 0, 0), -EPERM);
	equal(rt_syscall(SYS_setresuid, 0, 0, 0), -EPERM);
	equal(rt_read(fd, &c, 1), 1);
	rt_printf("ok\n");
	return 0;
}
