// file.c - opening, reading and writing through the table of descriptors.
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/base/replay.h"
#include "runtime/io/fd.h"
#include "runtime/os/os.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/yieldcheck.h"

// ---- making a call, as the descriptor wants it --------------------------------------

// Another process that has the description too may have made it block, as shells do.
static COLD bool madeblocking(Fd *d, int32_t fd)
{
	if (isnonblock(fd))
		return false;
	fdshare(d);
	return true;
}

// Sockets and pipes that do not block are called as they are: that takes no longer than
// to copy the bytes. Devices may take longer. If the description blocks in spite of that,
// the signal that wants the P back ends the call with EINTR (sig/sig.c).
static int64_t callbare(const Fd *d, const Call *c)
{
	if (unlikely(!(d->flags & (FdSocket | FdStream))))
		return restarting(c);
	return syscall6(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4],
	                c->arg[5]);
}

int64_t tryown(Fd *d, const Call *c)
{
	int64_t r;

	do
		r = callbare(d, c);
	while (unlikely(r == -EINTR) && !madeblocking(d, (int32_t)c->arg[0]));
	return r;
}

// Waits and calls, for a description that other processes may share. One that was ready
// need not be ready any more, so the call may block. -EAGAIN comes from a non-blocking one.
// A call that fails in any case may be one that the description is never ready for.
static int64_t callshared(Fd *d, PollMode mode, const Call *c)
{
	int32_t fd = (int32_t)c->arg[0];
	int64_t err, r;

	for (;;) {
		err = netpollcheckerr(&d->pd, mode);
		while (!err && !pollready(fd, mode, false) && !neverserves(fd, mode, c->nr))
			err = netpollwait(&d->pd, mode);
		if (err)
			return err;
		r = restarting(c);
		if (r != -EAGAIN)
			return r;
	}
}

// Makes the call that was interrupted, now that the description blocks. What a stream has
// no room for would hold the thread, and neither a close nor a deadline would end that;
// so a write to one goes back to its caller, which cuts it into pieces.
static COLD int64_t callblocking(Fd *d, PollMode mode, const Call *c)
{
	if (mode == PollWrite && !(d->flags & FdMessage))
		return -EINTR;
	return callshared(d, mode, c);
}

static int64_t callown(Fd *d, PollMode mode, const Call *c)
{
	int64_t err, r;

	for (;;) {
		r = tryown(d, c);
		if (unlikely(r == -EINTR))
			return callblocking(d, mode, c);
		if (r != -EAGAIN)
			return r;
		err = netpollwait(&d->pd, mode);
		if (err)
			return err;
	}
}

// Waits for a descriptor that was not ready just now, so that this certainly blocks. A
// forked child has no other thread that could have the P.
static NOINLINE void waitblocked(int32_t fd, PollMode mode)
{
	if (inforkedchild) {
		pollready(fd, mode, true);
		return;
	}
	entersyscallblock();
	pollready(fd, mode, true);
	exitsyscall();
}

static int64_t callfile(Fd *d, PollMode mode, const Call *c)
{
	int64_t r;

	(void)d;
	while ((r = restarting(c)) == -EAGAIN)
		waitblocked((int32_t)c->arg[0], mode);
	return r;
}

JUMPBACK int64_t fdcall(Fd *d, PollMode mode, const Call *c)
{
	int64_t err;

	if (d->kind == FdFile)
		return callfile(d, mode, c);
	if (d->kind == FdShared)
		return callshared(d, mode, c);
	err = netpollcheckerr(&d->pd, mode);
	return err ? err : callown(d, mode, c);
}

// In a replayed run: fewer bytes of a stream, or an error.
static int64_t drawnfault(const Fd *d, Call *c)
{
	if (!(d->flags & (FdSocket | FdStream)) || (d->flags & FdMessage))
		return 0;
	return replaytransfer((int32_t)c->arg[0], &c->arg[2], d->flags & FdSocket);
}

// A stream that was found empty has nothing until an edge comes. So the poller is asked
// first, which saves a wasted read for each message. After the other end has closed, or
// sent urgent data, there may be no edge.
int64_t waitdrained(Fd *d)
{
	if (!d->drained || (atomic_load_acquire(&d->pd.info) & PollHup))
		return 0;
	return netpollwait(&d->pd, PollRead);
}

JUMPBACK int64_t fdread(int32_t fd, const Call *c, size_t n)
{
	Fd *d;
	int64_t r = fdlock(fd, PollRead, &d);
	Call drawn;

	if (r < 0)
		return r;
	if (REPLAYING && c->nr == __NR_read) {
		drawn = *c;
		r = drawnfault(d, &drawn);
		c = &drawn;
		n = drawn.arg[2];
		if (r < 0) {
			fdunlock(fd, d, PollRead);
			return r;
		}
	}
	r = n > 0 ? waitdrained(d) : 0;
	if (r == 0)
		r = fdcall(d, PollRead, c);
	raceinput();
	d->drained = drains(d, r, n);
	fdunlock(fd, d, PollRead);
	return r;
}

int64_t endwrite(int32_t fd, Fd *d, int64_t r)
{
	fdunlock(fd, d, PollWrite);
	return r < 0 ? writeerror(fd, r) : r;
}

// ---- the interface ------------------------------------------------------------------

JUMPBACK int64_t rt_read(int fd, void *buf, size_t n)
{
	Call c = { __NR_read, { (uint32_t)fd, ptrarg(buf), n } };

	int64_t r;

	preemptcheck();
	checkmemory(buf, n, "the buffer of a read");
	r = fdread(fd, &c, n);
	racefilled(buf, r, n);
	return r;
}

// A deadline or a context stays over, so the next call fails with err.
int64_t partly(int64_t err, int64_t done)
{
	return done > 0 && (err == -ETIMEDOUT || err == -ECANCELED) ? done : err;
}

// Returns how many of left bytes one call may take: a stream from outside that is ready
// has room for PipeBuf, and a blocking one would hold its thread for the rest.
static size_t piece(const Fd *d, size_t left)
{
	if (d->kind == FdShared && !(d->flags & FdMessage))
		return min(left, (size_t)PipeBuf);
	return left;
}

int64_t writeall(Fd *d, Call *c, size_t n)
{
	size_t left = n;

	raceoutput();
	do {
		int64_t r = 0;

		c->arg[2] = piece(d, left);
		if (REPLAYING)
			r = drawnfault(d, c);
		if (r == 0)
			r = fdcall(d, PollWrite, c);
		if (r < 0 || (r == 0 && left > 0)) {
			if (r == -EINTR)
				continue;
			raceinput(); // another call has ended this one
			return r < 0 ? partly(r, (int64_t)(n - left)) : -EIO;
		}
		c->arg[1] += (uint64_t)r;
		left -= (size_t)r;
	} while (left > 0);
	return (int64_t)n;
}

JUMPBACK int64_t fdwrite(int32_t fd, const char *p, size_t n)
{
	Call c = { __NR_write, { (uint32_t)fd, ptrarg(p), n } };
	Fd *d;
	int64_t r;

	r = fdlock(fd, PollWrite, &d);
	if (r < 0)
		return r;
	quietly(d, &c);
	return endwrite(fd, d, writeall(d, &c, n));
}

int rt_open(const char *path, int flags, int mode)
{
	Call c = { __NR_openat, { (uint64_t)AT_FDCWD, ptrarg(path),
	                          (uint32_t)(flags | O_CLOEXEC), (uint32_t)mode } };
	int64_t r;

	preemptcheck();
	racestring(path);
	raceoutput();
	r = REPLAYING ? replaynofd() : 0;
	if (r == 0)
		r = fdinstall(restarting(&c), FdUnknown, FdMade);
	raceinput();
	return (int)r;
}

int rt_pipe(int fd[2])
{
	int32_t p[2];
	int64_t r;

	preemptcheck();
	if (!canwrite(fd, 2 * sizeof *fd))
		return -EFAULT;
	r = pipe2(p, O_CLOEXEC); // no O_NONBLOCK: an end may be for another process alone
	if (r < 0)
		return (int)r;
	r = fdinstall(p[0], FdUnknown, FdMade | FdStream);
	if (r < 0) {
		closefd(p[1]);
		return (int)r;
	}
	r = fdinstall(p[1], FdUnknown, FdMade | FdStream);
	if (r < 0) {
		rt_close(p[0]);
		return (int)r;
	}
	fd[0] = p[0];
	fd[1] = p[1];
	racegets(fd, 2 * sizeof *fd);
	return 0;
}
