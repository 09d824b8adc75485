// copy.c - from one descriptor to another: rt_copy.
//
//	from                to                 by
//	file                file               the system call that copies files
//	file                socket, pipe, ...  sendfile
//	pipe                anything           splice
//	socket              pipe               splice
//	socket              socket, file       splice into a pipe of our own, splice out of it
//	anything else, and what the kernel refuses above    read and write
//
// The kernel's ways are for descriptors made here, which do not block, and for files. One from
// outside may block in the middle of a splice, which nothing could end.
//
// A copy acquires the right to read in, then the right to write out. The holder of the second
// waits for no right, so two copies in opposite directions cannot wait for each other.
//
// Follows Go's internal/poll (splice_linux.go, sendfile.go, copy_file_range_unix.go).
#include "include/rt.h"
#include "runtime/io/fd.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"

enum { PlainBuffer = 64 << 10, PipeSize = 1 << 20, MaxChunk = 4 << 20 };

typedef struct {
	Fd *from, *to;
	int32_t in, out;
	int64_t left, done;
} Copy;

static size_t chunk(const Copy *c, int64_t most)
{
	return (size_t)min(c->left, most);
}

static void copied(Copy *c, int64_t n)
{
	c->left -= n;
	c->done += n;
}

// The kernel does not do it in this way. If there is another reason for the error, read or
// write will find it.
static bool kernelrefuses(int64_t err)
{
	return err == -EINVAL || err == -ENOSYS || err == -EXDEV || err == -EOPNOTSUPP ||
	       err == -EPERM || err == -EBADF;
}

// ---- calls that wait ----------------------------------------------------------------

// Why no call for the two descriptors would wait.
static int64_t stopped(const Copy *c)
{
	int64_t err = netpollcheckerr(&c->from->pd, PollRead);

	return err ? err : netpollcheckerr(&c->to->pd, PollWrite);
}

// Waits until one side is ready. A close, a deadline or a context of either side ends it.
static int64_t waitside(Copy *c, PollMode mode)
{
	if (mode == PollRead)
		return waitbeside(c->in, &c->from->pd, PollRead, &c->to->pd, PollWrite);
	return waitbeside(c->out, &c->to->pd, PollWrite, &c->from->pd, PollRead);
}

// Makes a call that reads in or writes out. It does not hold up a close of the other side, as
// a wait for one descriptor alone would.
static int64_t attempt(Copy *c, PollMode mode, const Call *call)
{
	Fd *d = mode == PollRead ? c->from : c->to;
	bool first = d->kind == FdShared; // may be in blocking mode
	int64_t r;

	if (d->kind == FdFile)
		return fdcall(d, mode, call);
	for (;;) {
		r = first ? waitside(c, mode) : stopped(c);
		if (r)
			return r;
		r = restarting(call);
		if (r != -EAGAIN)
			return r;
		first = true;
	}
}

// ---- read and write -----------------------------------------------------------------

static int64_t putout(Copy *c, const char *p, int64_t n)
{
	while (n > 0) {
		bool shared = c->to->kind == FdShared;
		size_t most = shared ? (size_t)min(n, (int64_t)PipeBuf) : (size_t)n;
		Call call = { __NR_write, { (uint32_t)c->out, ptrarg(p), most } };
		int64_t r;

		quietly(c->to, &call);
		r = attempt(c, PollWrite, &call);
		if (r <= 0)
			return r < 0 ? r : -EIO;
		copied(c, r);
		p += r;
		n -= r;
	}
	return 0;
}

// Each of the ways returns 0 when it is done or in has ended, or why it stopped.
static int64_t copyplain(Copy *c)
{
	char *buf = rt_malloc(PlainBuffer);
	int64_t r = 0;

	while (c->left > 0 && r == 0) {
		Call call = { __NR_read, { (uint32_t)c->in, ptrarg(buf), chunk(c, PlainBuffer) } };

		r = attempt(c, PollRead, &call);
		if (r <= 0)
			break;
		r = putout(c, buf, r);
	}
	rt_free(buf);
	return r;
}

// ---- splice -------------------------------------------------------------------------

static Call splicecall(int32_t in, int32_t out, size_t n)
{
	return (Call){ __NR_splice, { (uint32_t)in, 0, (uint32_t)out, 0, n,
		                      SPLICE_F_MOVE | SPLICE_F_NONBLOCK } };
}

// A splice moved nothing: one side was empty or the other one full.
static int64_t waiteither(Copy *c)
{
	if (!pollready(c->in, PollRead, false))
		return waitside(c, PollRead);
	return c->to->kind == FdFile ? 0 : waitside(c, PollWrite);
}

static int64_t copydirect(Copy *c)
{
	int64_t r = 0;

	while (c->left > 0 && r == 0) {
		Call call = splicecall(c->in, c->out, chunk(c, PipeSize));

		r = stopped(c);
		if (r == 0)
			r = restarting(&call);
		if (r == -EAGAIN) {
			r = waiteither(c);
		} else if (r > 0) {
			copied(c, r);
			r = 0;
		} else {
			break;
		}
	}
	return r;
}

// What out takes from no pipe, such as a file opened for appending.
static int64_t drainplain(Copy *c, int32_t pipe, int64_t n)
{
	char *buf = rt_malloc((size_t)n);
	int64_t r = 0, got;

	for (; n > 0 && r == 0; n -= got) {
		got = read(pipe, buf, (size_t)n);
		if (got <= 0)
			throw("rt_copy: its pipe is empty");
		r = putout(c, buf, got);
	}
	rt_free(buf);
	return r;
}

// Empties the pipe, which holds n bytes.
static int64_t drainpipe(Copy *c, int32_t pipe, int64_t n)
{
	while (n > 0) {
		Call call = splicecall(pipe, c->out, (size_t)n);
		int64_t r = attempt(c, PollWrite, &call);

		if (r < 0 && kernelrefuses(r) && stopped(c) == 0)
			return drainplain(c, pipe, n);
		if (r <= 0)
			return r < 0 ? r : -EIO;
		copied(c, r);
		n -= r;
	}
	return 0;
}

static int64_t copypiped(Copy *c)
{
	int32_t p[2];
	int64_t r = 0;

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return -EINVAL; // as if refused
	fcntl(p[1], F_SETPIPE_SZ, PipeSize); // if there may be so much
	while (c->left > 0 && r == 0) {
		Call call = splicecall(c->in, p[1], chunk(c, PipeSize));

		r = attempt(c, PollRead, &call);
		if (r <= 0)
			break;
		r = drainpipe(c, p[0], r);
	}
	closefd(p[0]);
	closefd(p[1]);
	return r;
}

static int64_t copyspliced(Copy *c)
{
	int64_t r = copydirect(c);

	if (kernelrefuses(r) && c->done == 0 && (c->from->flags & FdSocket))
		r = copypiped(c);
	return r;
}

// ---- files --------------------------------------------------------------------------

static int64_t copyrange(Copy *c)
{
	int64_t r;

	while (c->left > 0) {
		Call call = { __NR_copy_file_range,
			      { (uint32_t)c->in, 0, (uint32_t)c->out, 0, chunk(c, MaxChunk), 0 } };

		r = restarting(&call);
		if (r <= 0)
			return r;
		copied(c, r);
	}
	return 0;
}

static int64_t copysent(Copy *c)
{
	int64_t r;

	while (c->left > 0) {
		Call call = { __NR_sendfile,
			      { (uint32_t)c->out, (uint32_t)c->in, 0, chunk(c, MaxChunk) } };

		r = attempt(c, PollWrite, &call);
		if (r <= 0)
			return r;
		copied(c, r);
	}
	return 0;
}

// ---- the choice ---------------------------------------------------------------------

static int64_t bykernel(Copy *c)
{
	bool files = c->to->kind == FdFile;

	if (c->to->kind == FdShared || c->from->kind == FdShared)
		return -EINVAL;
	if (c->from->kind == FdFile)
		return files ? copyrange(c) : copysent(c);
	return copyspliced(c);
}

static int64_t copyall(Copy *c)
{
	int64_t r = bykernel(c);

	// A file that says 0 may have no size: those of /proc are only read.
	if (kernelrefuses(r) || (r == 0 && c->done == 0 && c->from->kind == FdFile)) {
		r = stopped(c);
		if (r == 0)
			r = copyplain(c);
	}
	c->from->drained = false; // that was before
	return c->done > 0 ? c->done : r;
}

int64_t rt_copy(int out, int in, int64_t n)
{
	Copy c = { .in = in, .out = out, .left = n };
	int64_t r;

	preemptcheck();
	if (n < 0)
		return -EINVAL;
	r = fdlock(in, PollRead, &c.from);
	if (r < 0)
		return r;
	r = fdlock(out, PollWrite, &c.to);
	if (r == 0) {
		r = copyall(&c);
		fdunlock(out, c.to, PollWrite);
	}
	fdunlock(in, c.from, PollRead);
	return r < 0 ? writeerror(out, r) : r;
}
