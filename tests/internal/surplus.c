// tests/internal/surplus.c - with more Ps than processors, a long system call does not keep its P for
// 10 ms where as many Ps are busy as there are processors: nothing would wake a thread for work that
// arrives meanwhile, though the processor of the call has nothing to do.
// timeout: 120
#include "internal.h"

enum { Surplus = 2, Patience = 60, WaitPrivate = 128, WakePrivate = 129 };

static const int64_t slice = 10 * RT_MILLISECOND;
static uint32_t word;
static rt_waitgroup all;

static void calls(void *unused)
{
	(void)unused;
	while (atomic_load_relaxed(&word) == 0)
		rt_syscall(SYS_futex, &word, WaitPrivate, 0, NULL);
	rt_waitgroup_done(&all);
}

static int32_t incalls(void)
{
	int32_t n = 0;

	for (int32_t i = 0; i < gomaxprocs; i++)
		n += isinsyscall(allp[i]);
	return n;
}

// Returns how long one of n calls had its P for at the least, while this goroutine keeps another one busy.
static int64_t keptfor(int32_t n)
{
	int64_t began = rt_nanotime(), end;

	rt_waitgroup_add(&all, n);
	atomic_store_relaxed(&word, 0);
	for (int32_t i = 0; i < n; i++)
		rt_go(calls, NULL);
	while (incalls() < n && rt_nanotime() < began + slice)
		continue;
	while (incalls() == n)
		continue;
	end = rt_nanotime();
	atomic_store_relaxed(&word, 1);
	rt_syscall(SYS_futex, &word, WakePrivate, n, NULL);
	rt_waitgroup_wait(&all);
	return end - began;
}

int rt_main(int argc, char **argv)
{
	int64_t giveup = rt_nanotime() + Patience * RT_SECOND, least = INT64_MAX;

	(void)argc, (void)argv;
	if (ncpu == 1) // then the call and this goroutine are not beside each other
		return 0;
	rt_gomaxprocs(ncpu + Surplus);
	while (least >= slice && rt_nanotime() < giveup)
		least = min(least, keptfor(ncpu - 1));
	check(least < slice);
	return 0;
}
