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

int64_t polledcall(const Call *c, PollMode mode, int64_t when)
{
	int32_t fd = (int32_t)c->arg[0];
	int64_t err, r;

	for (;;) {
		while (!pollready(fd, mode, false)) {
			if (isnonblock(fd))
				return gatesyscall(c);
			err = gatewait(fd, whatof(mode), when);
			if (err == -ETIMEDOUT)
				return -EAGAIN;
			if (err == -EPERM)
				break;
			if (err)
				return err;
		}
		r = managed(c);
		if (r != -EAGAIN || isnonblock(fd))
			return r;
	}
}

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
	return kind == GateFile ? managed(c) : polledcall(c, PollRead, Never);
}

// Writes all to a description that carries bytes: a pipe that is ready has room for
// PipeBuf, and would hold the thread for the rest.
static int64_t writestream(Call *c)
{
	uint64_t n = c->arg[2];
	int64_t done = 0, r;

	if (n <= PipeBuf || isnonblock((int32_t)c->arg[0]))
		return polledcall(c, PollWrite, Never);
	do {
		c->arg[2] = min(n - (uint64_t)done, (uint64_t)PipeBuf);
		r = polledcall(c, PollWrite, Never);
		if (r <= 0)
			return done > 0 ? done : r;
		c->arg[1] += (uint64_t)r;
		done += r;
	} while ((uint64_t)done < n);
	return done;
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
		return managed(c);
	return kind == GateStream ? writestream(c) : polledcall(c, PollWrite, Never);
}

// ---- several pieces of memory ---------------------------------------------------------

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
	Call message = { mode == PollRead ? __NR_recvmsg : __NR_sendmsg, { c->arg[0], ptrarg(&m) } };
	uint64_t n = c->arg[2];
	int64_t r;

	if (n > MostPieces || !canread(v, n * sizeof *v) || lengthofall(v, n) == 0)
		return managed(c);
	if (kind == GateSocket) {
		r = mode == PollRead ? gaterecvmsg(&message) : gatesendmsg(&message);
		if (r != -ENOTSOCK)
			return r;
		gateforget(fd);
	}
	if (kind == GateFile)
		return managed(c);
	if (mode == PollWrite && kind == GateStream && lengthofall(v, n) > PipeBuf && !isnonblock(fd))
		return writestreamv(c);
	return polledcall(c, mode, Never);
}

// ---- from descriptor to descriptor ------------------------------------------------------

// Waits for the first descriptor, by parking; for the second one in the call.
int64_t gatesplice(const Call *c)
{
	PollMode mode = c->nr == __NR_vmsplice ? PollWrite : PollRead;
	uint64_t flags = c->arg[c->nr == __NR_splice ? 5 : 3];

	return flags & SPLICE_F_NONBLOCK ? managed(c) : polledcall(c, mode, Never);
}
