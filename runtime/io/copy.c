// copy.c - from one descriptor to another: rt_copy.
//
//	from                to                 by
//	file                file               the system call that copies files
//	file                socket, pipe, ...  sendfile
//	pipe                anything           splice
//	socket              pipe               splice
//	socket              socket, file       read and write while little comes at a time;
//	                                       else splice into a pipe of our own, and out of it
//	anything else, and what the kernel refuses above    read and write
//
// The kernel's ways are for descriptors made here, which do not block, and for files. One from
// outside may block in the middle of a splice, which nothing could end.
//
// A small message is a read and a write: splice would take two calls more, and a pipe.
//
// A copy acquires the right to read in, then the right to write out. The holder of the second
// waits for no right, so two copies in opposite directions cannot wait for each other.
//
// Follows Go's internal/poll (splice_linux.go, sendfile.go, copy_file_range_unix.go).
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/io/fd.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"

enum { PlainBuffer = 64 << 10, PipeSize = 1 << 20, MaxChunk = 4 << 20 };

// A splice that moves less than this costs more than to read and write the bytes.
enum { Little = 16 << 10 };

typedef struct {
	Fd *from, *to;
	int32_t in, out;
	int64_t left, done;
	int32_t pipe[2]; // our own; -1: none yet
	bool nopipe;     // there is none to be had, or in cannot be spliced into it
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

// Waits until one side is ready. An edge is not enough: the description may be shared.
static int64_t waitside(Copy *c, PollMode mode)
{
	int32_t fd = mode == PollRead ? c->in : c->out;
	PollDesc *pd = mode == PollRead ? &c->from->pd : &c->to->pd;
	int64_t err;

	while ((err = stopped(c)) == 0 && !pollready(fd, mode, false) && !neverserves(fd, mode, 0))
		(void)netpollwait(pd, mode); // stopped returns its error
	return err;
}

// The kernel's copies may take long, or read a disk.
static int64_t callonce(Fd *d, const Call *call)
{
	bool plain = call->nr != __NR_splice && call->nr != __NR_sendfile;

	return plain && d->kind == FdOwn ? tryown(d, call) : restarting(call);
}

// Makes a call that reads in or writes out. What stops the other side ends its wait, too
// (watchboth). Returns -EINTR for a write when out has become shared.
static int64_t attempt(Copy *c, PollMode mode, const Call *call)
{
	Fd *d = mode == PollRead ? c->from : c->to;
	int64_t r;

	if (d->kind == FdFile)
		return fdcall(d, mode, call);
	for (;;) {
		r = d->kind == FdShared ? waitside(c, mode) : stopped(c); // it may block
		if (r)
			return r;
		r = callonce(d, call);
		if (r == -EAGAIN)
			(void)netpollwait(&d->pd, mode); // stopped returns its error
		else if (r != -EINTR || mode == PollWrite)
			return r;
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
		if (r == -EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? r : -EIO;
		copied(c, r);
		p += r;
		n -= r;
	}
	return 0;
}

static int64_t readin(Copy *c, char *buf, size_t n)
{
	Call call = { __NR_read, { (uint32_t)c->in, ptrarg(buf), n } };
	int64_t r;

	(void)waitdrained(c->from); // attempt returns its error
	r = attempt(c, PollRead, &call);
	c->from->drained = drains(c->from, r, n);
	return r;
}

// Each of the ways returns 0 when it is done or in has ended, or why it stopped. This one ends
// also when bulk is true and a read has filled the buffer; it returns 1 then.
static int64_t readwrite(Copy *c, char *buf, bool bulk)
{
	while (c->left > 0) {
		size_t n = chunk(c, PlainBuffer);
		int64_t got = readin(c, buf, n), r;

		if (got <= 0)
			return got;
		r = putout(c, buf, got);
		if (r || (bulk && got == PlainBuffer))
			return r ? r : 1;
	}
	return 0;
}

static int64_t copyplain(Copy *c)
{
	char *buf = rt_malloc(PlainBuffer);
	int64_t r = readwrite(c, buf, false);

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
		return netpollwait(&c->from->pd, PollRead);
	return c->to->kind == FdFile ? 0 : waitside(c, PollWrite);
}

// A splice that moved less than it could has probably emptied in. To ask for that costs less
// than another splice that finds nothing.
static void waitempty(Copy *c)
{
	if (!pollready(c->in, PollRead, false))
		(void)netpollwait(&c->from->pd, PollRead); // stopped returns its error
}

static int64_t copydirect(Copy *c)
{
	int64_t r = 0;

	while (c->left > 0) {
		Call call = splicecall(c->in, c->out, chunk(c, PipeSize));

		if (r > 0 && r < Little)
			waitempty(c);
		r = stopped(c);
		if (r == 0)
			r = restarting(&call);
		if (r == -EAGAIN)
			(void)waiteither(c); // stopped returns its error
		else if (r > 0)
			copied(c, r);
		else
			return r;
	}
	return 0;
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

static bool havepipe(Copy *c)
{
	if (c->pipe[0] < 0 && !c->nopipe) {
		c->nopipe = pipe2(c->pipe, O_CLOEXEC | O_NONBLOCK) < 0;
		if (!c->nopipe)
			fcntl(c->pipe[1], F_SETPIPE_SZ, PipeSize); // if there may be so much
	}
	return !c->nopipe;
}

// Ends also when a splice has moved little: returns 1 then, also if it cannot be done.
static int64_t copypiped(Copy *c)
{
	while (c->left > 0) {
		Call call = splicecall(c->in, c->pipe[1], chunk(c, PipeSize));
		int64_t got = attempt(c, PollRead, &call), r;

		if (kernelrefuses(got) && stopped(c) == 0) {
			c->nopipe = true;
			return 1;
		}
		if (got <= 0)
			return got;
		r = drainpipe(c, c->pipe[0], got);
		if (r || got < Little)
			return r ? r : 1;
	}
	return 0;
}

// Between sockets, or to a file. A read that fills the buffer shows that more comes at a time
// than a message.
static int64_t copysocket(Copy *c)
{
	char *buf = rt_malloc(PlainBuffer);
	int64_t r;

	do {
		r = readwrite(c, buf, !c->nopipe);
		if (r == 1 && havepipe(c))
			r = copypiped(c);
	} while (r == 1);
	rt_free(buf);
	if (c->pipe[0] >= 0) {
		closefd(c->pipe[0]);
		closefd(c->pipe[1]);
	}
	return r;
}

static int64_t copyspliced(Copy *c)
{
	int64_t r = copydirect(c);

	if (kernelrefuses(r) && c->done == 0 && (c->from->flags & FdSocket) && stopped(c) == 0)
		r = copysocket(c);
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

// What stops one side ends a wait for the other: ready.c.
static int64_t watchboth(Copy *c)
{
	PollWatch w[] = {
		{ .pd = &c->to->pd, .what = WatchStop, .side = &c->from->pd.side[PollRead] },
		{ .pd = &c->from->pd, .what = WatchStop, .side = &c->to->pd.side[PollWrite] },
	};
	int64_t r;

	addwatch(&w[0]);
	addwatch(&w[1]);
	r = copyall(c);
	removewatch(&w[0]);
	removewatch(&w[1]);
	return r;
}

int64_t rt_copy(int out, int in, int64_t n)
{
	Copy c = { .in = in, .out = out, .left = n, .pipe = { -1, -1 } };
	int64_t r;

	preemptcheck();
	if (n < 0)
		return -EINVAL;
	raceoutput();
	r = fdlock(in, PollRead, &c.from);
	if (r < 0)
		return r;
	r = fdlock(out, PollWrite, &c.to);
	if (r == 0) {
		r = watchboth(&c);
		fdunlock(out, c.to, PollWrite);
	}
	fdunlock(in, c.from, PollRead);
	raceinput();
	return r < 0 ? writeerror(out, r) : r;
}
