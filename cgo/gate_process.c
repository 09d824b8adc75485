// gate_process.c - a C library's calls that wait for the clock, for other processes, and
// for locks of files.
#include "cgo/gate.h"
#include "runtime/sync/sync.h"

// ---- sleeping -----------------------------------------------------------------------

// A sleep until an instant of the wall clock ends earlier when that clock is set: such
// sleeps, and those by a processor's clock, take their thread.
int64_t gatesleep(const Call *c)
{
	enum { Realtime = 0, Monotonic = 1, Absolute = 1, Most = 1000000000 };
	bool plain = c->nr == __NR_nanosleep;
	uint64_t clock = plain ? (uint64_t)Realtime : c->arg[0],
		 flags = plain ? 0 : c->arg[1];
	const Timespec *t = (const Timespec *)(uintptr_t)c->arg[plain ? 0 : 2];
	Timespec *left = (Timespec *)(uintptr_t)c->arg[plain ? 1 : 3];
	int64_t when, ns, err;

	if (!canread(t, sizeof *t) || t->sec < 0 || t->sec > Most || t->nsec < 0 ||
	    t->nsec >= RT_SECOND || clock > Monotonic || (flags && clock != Monotonic))
		return blockingcall(c);
	if (flags & Absolute)
		when = t->sec * RT_SECOND + t->nsec;
	else
		when = gateuntil(t->sec * RT_SECOND + t->nsec);
	err = gatepark(when);
	if (err == -EPERM)
		return blockingcall(c);
	if (err && left && !(flags & Absolute)) {
		ns = max(when - nanotime(), (int64_t)0);
		*left = (Timespec){ ns / RT_SECOND, ns % RT_SECOND };
	}
	return err;
}

// ---- processes ----------------------------------------------------------------------

enum { WNOHANG = 1, WEXITED = 4, WNOWAIT = 0x01000000, P_PID = 1, P_PIDFD = 3 };

// Parks until the process has ended. Returns 0, -EINTR, or an error if it cannot: then
// the call takes its thread.
static int64_t processends(int32_t pid)
{
	Call close = { .nr = __NR_close };
	int64_t fd = syscall3(__NR_pidfd_open, (uint32_t)pid, 0, 0), err = 0;

	if (fd < 0)
		return fd;
	while (!err && !pollready((int32_t)fd, PollRead, false))
		err = gatewait((int32_t)fd, RT_READABLE, Never);
	close.arg[0] = (uint64_t)fd;
	gateclose(&close);
	return err;
}

int64_t gatewait4(const Call *c)
{
	int32_t pid = (int32_t)c->arg[0];
	Call try = *c;
	int64_t r;

	try.arg[2] |= WNOHANG;
	r = plaincall(&try);
	if (r != 0 || (c->arg[2] & WNOHANG))
		return r;
	r = pid <= 0 || c->arg[2] != 0 ? -ENOSYS : processends(pid);
	if (r == -EINTR)
		return r;
	return r ? blockingcall(c) : gatemanaged(c);
}

// Has what the call waits for happened already? True, or an error is in *r.
static bool happened(const Call *c, int64_t *r)
{
	uint32_t info[32] = { 0 };
	Call try = { __NR_waitid, { c->arg[0], c->arg[1], ptrarg(info),
	                            c->arg[3] | WNOHANG | WNOWAIT } };

	*r = plaincall(&try);
	return *r < 0 || info[0] != 0;
}

int64_t gatewaitid(const Call *c)
{
	int64_t r;

	if ((c->arg[3] & WNOHANG) || happened(c, &r))
		return plaincall(c);
	if (c->arg[0] != P_PID || (c->arg[3] & ~(uint64_t)WNOWAIT) != WEXITED)
		return blockingcall(c);
	r = processends((int32_t)c->arg[1]);
	if (r == -EINTR)
		return r;
	return r ? blockingcall(c) : gatemanaged(c);
}

// ---- locks of files -----------------------------------------------------------------

// The kernel has no event for a lock that is released: the call takes its thread, unless
// the lock is free.
static int64_t lockfile(const Call *c, const Call *try)
{
	int64_t r = gatemanaged(try);

	return r == -EAGAIN || r == -EACCES ? blockingcall(c) : r;
}

int64_t gatelock(const Call *c)
{
	enum {
		LOCK_NB = 4,
		F_SETLK = 6,
		F_SETLKW = 7,
		F_OFD_SETLK = 37,
		F_OFD_SETLKW = 38
	};
	Call try = *c;

	if (c->nr == __NR_flock) {
		try.arg[1] |= LOCK_NB;
		return c->arg[1] & LOCK_NB ? gatemanaged(c) : lockfile(c, &try);
	}
	if (c->arg[1] == F_SETLKW || c->arg[1] == F_OFD_SETLKW) {
		try.arg[1] = c->arg[1] == F_SETLKW ? F_SETLK : F_OFD_SETLK;
		return lockfile(c, &try);
	}
	return gatemanaged(c);
}

// ---- opening ------------------------------------------------------------------------

// The open of a FIFO waits for the other end, in its thread.
int64_t gateopen(const Call *c)
{
	int64_t r = gatemanaged(c);

	if (r >= 0)
		gateforget((int32_t)r);
	return r;
}

// ---- messages of other processes ----------------------------------------------------

// A queue of POSIX is a descriptor. The deadline is of the wall clock.
int64_t gatequeue(const Call *c)
{
	const Timespec *at = (const Timespec *)(uintptr_t)c->arg[4];
	int64_t when = Never, r;

	if (at && (!canread(at, sizeof *at) || (uint64_t)at->nsec >= RT_SECOND))
		return gatemanaged(c);
	if (at && at->sec < INT64_MAX / RT_SECOND)
		when = gateuntil(
			max(at->sec * RT_SECOND + at->nsec - walltime(), (int64_t)0));
	r = polledcall(c, c->nr == __NR_mq_timedsend ? PollWrite : PollRead, when);
	return r == -EAGAIN && !isnonblock((int32_t)c->arg[0]) ? -ETIMEDOUT : r;
}

// A queue of System V is none, and has no event.
int64_t gatemsg(const Call *c)
{
	enum { IPC_NOWAIT = 04000 };
	int32_t at = c->nr == __NR_msgrcv ? 4 : 3;
	Call try = *c;
	int64_t r;

	try.arg[at] |= IPC_NOWAIT;
	r = plaincall(&try);
	if ((r != -EAGAIN && r != -ENOMSG) || (c->arg[at] & IPC_NOWAIT))
		return r;
	return blockingcall(c);
}
