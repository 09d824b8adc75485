// fork.c - fork by rt_syscall: the child is the calling goroutine alone.
//
// The child has a copy of everything, but one thread. Its goroutine keeps that thread's
// M, by a lock that is never released, and its P. It does not give the P up for the
// system call, because another thread might then be in the middle of changing it at the
// moment of the copy. Requests that the parent made to this P or to all (to stop the
// world, to wake sysmon) are dropped, because no thread of the child would ever answer
// them. The other goroutines run in the parent: in the child nothing schedules, and no
// thread is made. The epoll instance is shared with the parent, so the child must not
// change what it watches. Therefore each descriptor is unknown again, cannot be watched,
// and has no users that a close would wake and wait for.
//
// Signals are blocked around the call, because a handler must not run in a child that is
// half made, and because the kernel restarts a fork that a signal interrupts.
//
// A child that shares memory would run on its parent's stack, and with its M. That is
// refused. vfork is a fork, as POSIX allows.
//
// built: unchecked
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/own.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/yieldcheck.h"

enum { CLONE_VM = 0x100, CLONE_VFORK = 0x4000, CLONE_SETTLS = 0x80000 };

uint32_t inforkedchild;
void (*forgetfds)(void);

void __rt0_forked(void)
{
	G *gp = getg();
	M *mp = gp->m;

	inforkedchild = 1;
	mp->procid = (uint64_t)gettid();
	mp->locks++;
	sched.lock.key = 0;
	atomic_store_relaxed(&sched.sysmonwait, 0);
	__rt0_traceon = 0;
	forgetstops(forkedp(mp));
	netpollforked();
	if (forgetfds)
		forgetfds();
}

// Hosted: is it no more than a fork? Then it is the C library's, since it and the sanitizers leave
// their locks and counts in order for the child.
static bool onlyforks(int64_t nr, const uint64_t *arg)
{
	enum { SignalAt = 4, Words = 11 };
	const uint64_t *words = (const uint64_t *)(uintptr_t)arg[0];

	if (nr != __NR_clone3)
		return nr == __NR_fork || arg[0] == SIGCHLD;
	for (int32_t i = 0; i < Words; i++) {
		if (words[i] != (i == SignalAt ? SIGCHLD : 0))
			return false;
	}
	return true;
}

// Makes the call, of which all arguments are known to be harmless.
static int64_t forkgoroutine(int64_t nr, const uint64_t *arg)
{
	M *mp = acquirem();
	Sigset all = ~(Sigset)0, old;
	int64_t r;

	sigprocmask(SIG_SETMASK, &all, &old);
	if (Hosted && onlyforks(nr, arg))
		r = __rt0_libfork();
	else
		r = syscall6(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	if (r == 0)
		__rt0_forked();
	sigprocmask(SIG_SETMASK, &old, NULL);
	releasem(mp);
	return r;
}

static void checkclone(uint64_t flags, uint64_t stack)
{
	if ((flags & (CLONE_VM | CLONE_SETTLS)) || stack != 0)
		fatal("rt_syscall: clone with shared memory or a stack: use rt_process_start");
}

static int64_t clone3goroutine(uint64_t args, uint64_t size)
{
	enum { FlagsAt = 0, StackAt = 5, Words = 16 };
	uint64_t copy[Words] = { 0 };
	uint64_t arg[6] = { ptrarg(copy), size };

	if (size > sizeof copy)
		return -E2BIG;
	if (!canread((const void *)(uintptr_t)args, size))
		return -EFAULT;
	__builtin_memcpy(copy, (const void *)(uintptr_t)args, size);
	checkclone(copy[FlagsAt], copy[StackAt]);
	copy[FlagsAt] &= ~(uint64_t)CLONE_VFORK;
	return forkgoroutine(__NR_clone3, arg);
}

int64_t forkcall(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	uint64_t arg[6] = { a, b, c, d, e };

	preemptcheckas("rt_syscall");
	if (nr == __NR_clone3)
		return clone3goroutine(a, b);
	if (nr == __NR_clone) {
		checkclone(a, b);
		arg[0] &= ~(uint64_t)CLONE_VFORK;
		return forkgoroutine(nr, arg);
	}
	return forkgoroutine(__NR_fork, arg);
}
