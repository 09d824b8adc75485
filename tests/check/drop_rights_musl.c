// tests/check/drop_rights_musl.c - with a C library its own functions change all threads.
#include "../lib/threads.h"

#include <grp.h>
#include <unistd.h>

enum { Nobody = 65534, Busy = 16 };

static bool stop;
static int privileged, dropped;
static rt_waitgroup wg;

static void busy(void *arg)
{
	struct { int64_t sec, nsec; } ts = { 0, 100000 };

	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		int before = __atomic_load_n(&dropped, __ATOMIC_SEQ_CST);

		if (rt_syscall(SYS_geteuid) != Nobody && before)
			__atomic_fetch_add(&privileged, 1, __ATOMIC_SEQ_CST);
		if (arg)
			rt_syscall(SYS_nanosleep, &ts, 0);
	}
	rt_waitgroup_done(&wg);
}

static void drops(void *result)
{
	*(int *)result = setgroups(0, NULL) | setgid(Nobody) | setuid(Nobody);
}

int rt_main(int argc, char **argv)
{
	int result = -1;

	(void)argc, (void)argv;
	equal(rt_syscall_all(SYS_umask, 022), -EOPNOTSUPP);
	rt_waitgroup_add(&wg, Busy);
	for (intptr_t i = 0; i < Busy; i++)
		rt_go(busy, (void *)(i % 2));
	perhaps_later(20 * RT_MILLISECOND);
	rt_cgocall(drops, &result);
	equal(result, 0);
	__atomic_store_n(&dropped, 1, __ATOMIC_SEQ_CST);
	check_threads("status", "\nUid:\t65534\t65534\t65534\t65534\n"
	                        "Gid:\t65534\t65534\t65534\t65534\n");
	check_threads("status", "\nGroups:\t \n");
	check_threads("status", "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n");
	perhaps_later(20 * RT_MILLISECOND);
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	rt_waitgroup_wait(&wg);
	equal(privileged, 0);
	rt_printf("ok\n");
	return 0;
}
