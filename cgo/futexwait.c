// futexwait.c - waits for a word to change: in the table of futextable.c, or in the kernel.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/area.h"
#include "cgo/futextable.h"
#include "cgo/gate.h"
#include "runtime/sched/morestack.h"
#include "runtime/sync/sync.h"

enum { FutexWait = 0, FutexWake = 1, FutexWaitPrivate = 128, FutexWakePrivate = 129 };

int clock_gettime(int32_t clock, LibraryTime *t);

// ---- time ---------------------------------------------------------------------------

// By the library: the runtime's needs an M.
static int64_t librarytime(int32_t clock)
{
	LibraryTime t = { 0, 0 };

	clock_gettime(clock, &t);
	return t.sec * RT_SECOND + t.nsec;
}

int64_t librarynow(void)
{
	return librarytime(1);
}

// Far beyond any clock, and yet sums of two are no overflow.
enum { MaxSeconds = 2000000000 };

int64_t instant(int32_t clock, const LibraryTime *at)
{
	int64_t ns, now;

	if (!at)
		return Never;
	if ((uint64_t)at->nsec >= RT_SECOND)
		return -EINVAL;
	if (at->sec < 0)
		return 1;
	ns = min(at->sec, (int64_t)MaxSeconds) * RT_SECOND + at->nsec;
	now = librarynow();
	return max(clock == 1 ? ns : now + (ns - librarytime(clock)), (int64_t)1);
}

// ---- by the value of a word ---------------------------------------------------------

static int64_t valuewait(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason, bool cancels)
{
	FutexWaiter w;
	FutexBucket *b;

	if (inhandler()) {
		osyield(); // no place to wait at: looks again and again
		return -EAGAIN;
	}
	futexbegin(&w, addr, when, reason);
	b = futexlock(addr);
	if (atomic_load_relaxed(addr) != val) {
		futexunlock(b);
		return -EAGAIN;
	}
	w.cancels = cancels && w.gp;
	if (w.cancels && cancelwanted()) {
		futexunlock(b);
		return -ECANCELED;
	}
	futexqueue(b, &w, false);
	futexunlock(b);
	return futexpark(&w);
}

int64_t futexwait(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason)
{
	return valuewait(addr, val, when, reason, false);
}

int64_t futexwaitcancel(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason)
{
	return valuewait(addr, val, when, reason, true);
}

void futexwake(uint32_t *addr, int32_t n)
{
	FutexWoken list = FUTEXWOKEN(list);
	FutexBucket *b;

	if (inhandler()) {
		futexdefer(addr);
		return;
	}
	b = futexlock(addr);
	futextake(b, addr, n, &list);
	futexunlock(b);
	futexready(&list);
}

// ---- cancelling ---------------------------------------------------------------------

bool cancelwanted(void)
{
	const Area *a = getarea();
	const G *gp = getg();

	return atomic_load_relaxed(&a->cancel) && a->canceldisable != CancelDisabled &&
	       !(gp && borrowedof(gp)); // not with the frames of rt_cgocall's function
}

// ---- in the kernel ------------------------------------------------------------------

static int64_t kernelwait(uint32_t *addr, int32_t op, uint32_t val, int64_t when)
{
	int64_t ns = when == Never ? 0 : when - librarynow();
	LibraryTime t = { ns / RT_SECOND, ns % RT_SECOND };

	if (ns < 0)
		return -ETIMEDOUT;
	return syscall6(__NR_futex, ptrarg(addr), (uint64_t)op, val,
	                when == Never ? 0 : ptrarg(&t), 0, 0);
}

int64_t sharedwait(uint32_t *addr, uint32_t val, int64_t when)
{
	int64_t r;

	if (!atgate())
		return kernelwait(addr, FutexWait, val, when);
	entersyscallblock();
	r = kernelwait(addr, FutexWait, val, when);
	exitsyscall();
	return r;
}

void sharedwake(uint32_t *addr, int32_t n)
{
	syscall3(__NR_futex, ptrarg(addr), FutexWake, (uint64_t)n);
}

int64_t threadwait(uint32_t *addr, uint32_t val, int64_t when)
{
	return kernelwait(addr, FutexWaitPrivate, val, when);
}

void threadwake(uint32_t *addr, int32_t n)
{
	syscall3(__NR_futex, ptrarg(addr), FutexWakePrivate, (uint64_t)n);
}
