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

// What ends a wait besides a wake-up and the clock.
typedef enum { EndsByNothing, EndsByCancel, EndsBySignal } EndsBy; // each by those before it

// Looked at under the bucket's lock: pairs with futexcancel, and gatehandled's futexdefer.
static int64_t overby(const FutexWaiter *w, EndsBy by)
{
	if (w->cancels && cancelwanted())
		return -ECANCELED;
	return by == EndsBySignal && w->gp && gatestopped() ? -EINTR : 0;
}

static int64_t valuewait(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason, EndsBy by)
{
	FutexWaiter w;
	FutexBucket *b;
	int64_t err, r;

	if (inhandler()) {
		osyield(); // no place to wait at: looks again and again
		return -EAGAIN;
	}
	futexbegin(&w, addr, when, reason);
	w.cancels = by != EndsByNothing && cancelable(&w);
	w.jumps = by == EndsBySignal;
	b = futexlock(addr);
	err = atomic_load_relaxed(addr) != val ? -EAGAIN : overby(&w, by);
	if (err) {
		futexunlock(b);
		return err;
	}
	futexqueue(b, &w, false);
	futexunlock(b);
	r = futexpark(&w);
	return r == 0 && by == EndsBySignal && w.interrupted ? -EINTR : r;
}

int64_t futexwait(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason)
{
	return valuewait(addr, val, when, reason, EndsByNothing);
}

int64_t futexwaitcancel(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason)
{
	return valuewait(addr, val, when, reason, EndsByCancel);
}

int64_t futexwaitsignal(uint32_t *addr, uint32_t val, int64_t when, WaitReason reason)
{
	int64_t r;

	gatestopword(addr); // then looks at the count, under the lock
	r = valuewait(addr, val, when, reason, EndsBySignal);
	gatestopword(NULL);
	return r;
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

long __syscall_cp(long nr, long a, long b, long c, long d, long e, long f);

static int64_t kernelwait(uint32_t *addr, int32_t op, uint32_t val, int64_t when, bool cancels)
{
	int64_t ns = when == Never ? 0 : when - librarynow();
	LibraryTime t = { ns / RT_SECOND, ns % RT_SECOND };
	const LibraryTime *limit = when == Never ? NULL : &t;

	if (ns < 0)
		return -ETIMEDOUT;
	if (cancels)
		return __syscall_cp(__NR_futex, (long)addr, op, val, (long)limit, 0, 0);
	return syscall6(__NR_futex, ptrarg(addr), (uint64_t)op, val, ptrarg(limit), 0, 0);
}

// Returns, because the caller has something to put right before it ends.
static int64_t kernelwaitcancel(uint32_t *addr, int32_t op, uint32_t val, int64_t when)
{
	Area *a = getarea();
	uint8_t was = a->canceldisable;
	int64_t r;

	if (was == CancelEnabled)
		a->canceldisable = CancelMasked;
	r = kernelwait(addr, op, val, when, true);
	a->canceldisable = was; // -ECANCELED has disabled it
	return r;
}

int64_t sharedwait(uint32_t *addr, uint32_t val, int64_t when)
{
	int64_t r;

	if (!atgate())
		return kernelwait(addr, FutexWait, val, when, false);
	entersyscallblock();
	r = kernelwait(addr, FutexWait, val, when, false);
	exitsyscall();
	return r;
}

int64_t sharedwaitcancel(uint32_t *addr, uint32_t val, int64_t when)
{
	return kernelwaitcancel(addr, FutexWait, val, when);
}

int64_t threadwaitcancel(uint32_t *addr, uint32_t val, int64_t when)
{
	return kernelwaitcancel(addr, FutexWaitPrivate, val, when);
}

void sharedwake(uint32_t *addr, int32_t n)
{
	syscall3(__NR_futex, ptrarg(addr), FutexWake, (uint64_t)n);
}

void threadwake(uint32_t *addr, int32_t n)
{
	syscall3(__NR_futex, ptrarg(addr), FutexWakePrivate, (uint64_t)n);
}
