// gate_file.c - a C library's calls that read and write: pipes, terminals, files.
//
// Descriptions keep the mode that the program gave them, which other processes may share.
// So those that cannot be asked not to wait are polled first. Another process or
// goroutine may take what was ready: then the call takes its thread until there is more.
#include "cgo/gate.h"
#include "runtime/sync/sync.h"

static uint32_t whatof(PollMode mode)
{
	return 1u << mode;
}

// The call itself may wait in the kernel, where it needs no use of the number.
static int64_t pollcall(GateUse *u, const Call *c, PollMode mode, int64_t when)
{
	bool watched = true;
	int64_t err, r;

	for (;;) {
		while (watched && !pollready(u->fd, mode, false)) {
			if (isnonblock(u->fd))
				return plaincall(c);
			err = gateusewait(u, whatof(mode), when);
			if (err == -ETIMEDOUT)
				return -EAGAIN;
			watched = err != -EPERM;
			if (err && watched)
				return err;
		}
		gatedrop(u);
		r = watched ? gatemanaged(c) : blockingcall(c);
		if (r != -EAGAIN || !watched || isnonblock(u->fd))
			return r; // one that is not watched has waited itself
	}
}

int64_t polledcall(const Call *c, PollMode mode, int64_t when)
{
	GateUse u = gateuse((int32_t)c->arg[0]);
	int64_t r = pollcall(&u, c, mode, when);

	gatedrop(&u);
	return r;
}

// ---- pipes --------------------------------------------------------------------------

// Makes a read, write, readv or writev in a way that does not wait, whatever the
// description's mode. Returns -EOPNOTSUPP where the kernel cannot: pipes can since Linux
// 6.5.
static int64_t trynowait(const Call *c, PollMode mode)
{
	enum { RWF_NOWAIT = 8 };
	rt_iovec one = { (void *)(uintptr_t)c->arg[1], c->arg[2] };
	bool several = c->nr == __NR_readv || c->nr == __NR_writev;
	Call try = { mode == PollRead ? __NR_preadv2 : __NR_pwritev2,
		     { c->arg[0], several ? c->arg[1] : ptrarg(&one),
		       several ? c->arg[2] : 1, (uint64_t)-1, 0, RWF_NOWAIT } };

	return plaincall(&try);
}

// Makes the call when poll(2) says that the pipe is ready. It has room for PipeBuf bytes then, and
// would hold the thread for more: writestreamuse writes the rest.
static int64_t firstpoll(GateUse *u, const Call *c, PollMode mode)
{
	Call part = *c;

	if (c->nr == __NR_write && !isnonblock(u->fd))
		part.arg[2] = min(c->arg[2], (uint64_t)PipeBuf);
	return pollcall(u, &part, mode, Never);
}

// Parks until the pipe is ready, as the call wants it, and makes the call. If it cannot,
// the descriptor is polled from now on.
static int64_t piperetry(GateUse *u, const Call *c, PollMode mode)
{
	int32_t fd = u->fd;
	int64_t r, err;

	for (;;) {
		r = trynowait(c, mode);
		if (r == -EOPNOTSUPP || r == -ENOSYS) {
			setgatekind(fd, GateStream);
			return firstpoll(u, c, mode);
		}
		if (r != -EAGAIN || isnonblock(fd))
			return r;
		err = gateusewait(u, whatof(mode), Never);
		if (err == -EPERM) {
			gatedrop(u);
			return blockingcall(c);
		}
		if (err)
			return err;
	}
}

static int64_t pipecall(const Call *c, PollMode mode)
{
	GateUse u = gateuse((int32_t)c->arg[0]);
	int64_t r = piperetry(&u, c, mode);

	gatedrop(&u);
	return r;
}

// ---- reading and writing ------------------------------------------------------------

int64_t gateread(Call *c)
{
	Call recv = { __NR_recvfrom, { c->arg[0], c->arg[1], c->arg[2] } };
	int32_t fd = (int32_t)c->arg[0];
	GateKind kind = c->arg[2] == 0 ? GateFile : gatekind(fd);
	int64_t r;

	if (kind == GateSocket) {
		r = gaterecv(&recv);
		if (r != -ENOTSOCK)
			return r;
		gateforget(fd);
	}
	if (kind == GatePipe)
		return pipecall(c, PollRead);
	return kind == GateFile ? gatemanaged(c) : polledcall(c, PollRead, Never);
}

// Writes all to a description that carries bytes. One that is polled and ready has room
// for PipeBuf, and would hold the thread for the rest.
static int64_t writestreamuse(GateUse *u, Call *c)
{
	int32_t fd = u->fd;
	uint64_t n = c->arg[2];
	int64_t done = 0, r;

	for (;;) {
		if (gatekind(fd) == GatePipe) {
			r = piperetry(u, c, PollWrite);
		} else {
			if (!isnonblock(fd))
				c->arg[2] = min(n - (uint64_t)done, (uint64_t)PipeBuf);
			r = pollcall(u, c, PollWrite, Never);
		}
		if (r <= 0)
			return done > 0 ? done : r;
		done += r;
		if ((uint64_t)done >= n || isnonblock(fd))
			return done;
		c->arg[1] += (uint64_t)r;
		c->arg[2] = n - (uint64_t)done;
	}
}

static int64_t writestream(Call *c)
{
	GateUse u = gateuse((int32_t)c->arg[0]);
	int64_t r = writestreamuse(&u, c);

	gatedrop(&u);
	return r;
}

int64_t gatewrite(Call *c)
{
	Call send = { __NR_sendto, { c->arg[0], c->arg[1], c->arg[2] } };
	int32_t fd = (int32_t)c->arg[0];
	GateKind kind = gatekind(fd);
	int64_t r;

	if (kind == GateSocket) {
		r = gatesend(&send);
		if (r != -ENOTSOCK)
			return r;
		gateforget(fd);
	}
	if (kind == GateFile)
		return gatemanaged(c);
	if (kind == GatePipe || kind == GateStream)
		return writestream(c);
	return polledcall(c, PollWrite, Never);
}

// ---- several pieces of memory -------------------------------------------------------

static uint64_t lengthofall(const rt_iovec *v, uint64_t n)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++)
		sum += v[i].len;
	return sum;
}

// Writes the pieces one after the other, each as gatewrite does.
static int64_t writestreamv(const Call *c)
{
	const rt_iovec *v = (const rt_iovec *)(uintptr_t)c->arg[1];
	int64_t done = 0, r;

	for (uint64_t i = 0; i < c->arg[2]; i++) {
		Call one = { __NR_write, { c->arg[0], ptrarg(v[i].base), v[i].len } };

		if (v[i].len == 0)
			continue;
		r = writestream(&one);
		if (r < 0)
			return done > 0 ? done : r;
		done += r;
		if ((uint64_t)r < v[i].len)
			break;
	}
	return done;
}

int64_t gatevector(Call *c, PollMode mode)
{
	enum { MostPieces = 1024 };
	int32_t fd = (int32_t)c->arg[0];
	GateKind kind = gatekind(fd);
	rt_iovec *v = (rt_iovec *)(uintptr_t)c->arg[1];
	Msghdr m = { .iov = v, .iovlen = c->arg[2] };
	Call message = { mode == PollRead ? __NR_recvmsg : __NR_sendmsg,
			 { c->arg[0], ptrarg(&m) } };
	uint64_t n = c->arg[2];
	int64_t r;

	if (n > MostPieces || !canread(v, n * sizeof *v) || lengthofall(v, n) == 0)
		return gatemanaged(c);
	if (kind == GateSocket) {
		r = mode == PollRead ? gaterecvmsg(&message) : gatesendmsg(&message);
		if (r != -ENOTSOCK)
			return r;
		gateforget(fd);
	}
	if (kind == GateFile)
		return gatemanaged(c);
	if (kind == GatePipe && (mode == PollRead || lengthofall(v, n) <= PipeBuf))
		return pipecall(c, mode);
	if (mode == PollWrite && (kind == GatePipe || kind == GateStream) &&
	    lengthofall(v, n) > PipeBuf && !isnonblock(fd))
		return writestreamv(c);
	return polledcall(c, mode, Never);
}

// ---- from descriptor to descriptor --------------------------------------------------

// Waits for the first descriptor, by parking; for the second one in the call.
int64_t gatesplice(const Call *c)
{
	PollMode mode = c->nr == __NR_vmsplice ? PollWrite : PollRead;
	uint64_t flags = c->arg[c->nr == __NR_splice ? 5 : 3];

	return flags & SPLICE_F_NONBLOCK ? gatemanaged(c) : polledcall(c, mode, Never);
}
