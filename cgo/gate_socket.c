// gate_socket.c - a C library's calls of sockets.
//
// Each is tried with MSG_DONTWAIT, which changes nothing for others that share the
// description. If it would block, the goroutine parks, unless the caller wanted that: by
// its own MSG_DONTWAIT, or by O_NONBLOCK. SO_RCVTIMEO and SO_SNDTIMEO are asked for when
// a wait begins.
#include "cgo/gate.h"
#include "runtime/os/socket.h"
#include "runtime/sync/sync.h"

enum { MSG_PEEK = 2, MSG_WAITALL = 0x100, SO_RCVTIMEO = 20, SO_SNDTIMEO = 21 };

static int64_t getoption(int32_t fd, int32_t option, void *value, uint32_t size)
{
	return syscall6(__NR_getsockopt, (uint32_t)fd, SOL_SOCKET, (uint32_t)option,
			ptrarg(value), ptrarg(&size), 0);
}

int64_t patience(int32_t fd, PollMode mode)
{
	int64_t tv[2] = { 0 };
	int64_t r = getoption(fd, mode == PollRead ? SO_RCVTIMEO : SO_SNDTIMEO, tv,
			      sizeof tv);

	if (r < 0 || (tv[0] | tv[1]) == 0)
		return Never;
	gateendsbyany();
	return gateuntil(tv[0] * RT_SECOND + tv[1] * RT_MICROSECOND);
}

static bool isstream(int32_t fd)
{
	int32_t type = 0;

	return getoption(fd, SO_TYPE, &type, sizeof type) == 0 && type == SOCK_STREAM;
}

// Makes the call with MSG_DONTWAIT in the argument that has its flags, until it does not
// say EAGAIN. *when is the end of the wait, found when it begins.
static int64_t trysocket(GateUse *u, Call *c, int32_t at, PollMode mode, int64_t *when)
{
	int32_t fd = u->fd;
	uint64_t flags = c->arg[at];
	int64_t r, err;

	for (;;) {
		c->arg[at] = flags | MSG_DONTWAIT;
		r = plaincall(c);
		c->arg[at] = flags;
		if (likely(r != -EAGAIN) || (flags & MSG_DONTWAIT) || isnonblock(fd))
			return r;
		if (*when == 0)
			*when = patience(fd, mode);
		err = gateusewait(u, 1u << mode, *when);
		if (err == -EPERM) {
			gatedrop(u);
			return blockingcall(c);
		}
		if (err)
			return err == -ETIMEDOUT ? -EAGAIN : err;
	}
}

// Must the call continue, having transferred less than it was asked to? A stream in
// blocking mode takes everything.
static bool takesall(const Call *c, uint64_t flags)
{
	int32_t fd = (int32_t)c->arg[0];

	return !(flags & MSG_DONTWAIT) && !isnonblock(fd) && isstream(fd);
}

// Transfers arg[2] bytes at arg[1].
static int64_t transferall(GateUse *u, Call *c, PollMode mode, bool all)
{
	int64_t when = 0, done = 0, r;

	for (;;) {
		r = trysocket(u, c, 3, mode, &when);
		if (r <= 0)
			return done > 0 ? done : r;
		done += r;
		if (likely((uint64_t)r >= c->arg[2]) || !all || !takesall(c, c->arg[3]))
			return done;
		c->arg[1] += (uint64_t)r;
		c->arg[2] -= (uint64_t)r;
	}
}

static int64_t transfer(Call *c, PollMode mode, bool all)
{
	GateUse u = gateuse((int32_t)c->arg[0]);
	int64_t r = transferall(&u, c, mode, all);

	gatedrop(&u);
	return r;
}

int64_t gaterecv(Call *c)
{
	uint64_t flags = c->arg[3];

	return transfer(c, PollRead, (flags & MSG_WAITALL) && !(flags & MSG_PEEK));
}

int64_t gatesend(Call *c)
{
	return transfer(c, PollWrite, true);
}

// ---- messages -----------------------------------------------------------------------

// Transfers what the call has left of a stream's message, behind the first done bytes.
static int64_t therest(GateUse *u, const Call *c, PollMode mode, uint64_t done)
{
	const Msghdr *m = (const Msghdr *)(uintptr_t)c->arg[1];
	const rt_iovec *v = m->iov;
	uint64_t skip = done;

	for (size_t i = 0; i < m->iovlen; i++) {
		Call rest = { mode == PollRead ? __NR_recvfrom : __NR_sendto,
			      { c->arg[0], ptrarg(v[i].base), v[i].len, c->arg[2] } };
		int64_t r;

		if (skip >= v[i].len) {
			skip -= v[i].len;
			continue;
		}
		rest.arg[1] += skip;
		rest.arg[2] -= skip;
		skip = 0;
		r = transferall(u, &rest, mode, true);
		if (r <= 0)
			break;
		done += (uint64_t)r;
		if ((uint64_t)r < v[i].len)
			break;
	}
	return (int64_t)done;
}

static uint64_t lengthof(const Call *c)
{
	const Msghdr *m = (const Msghdr *)(uintptr_t)c->arg[1];
	const rt_iovec *v = m->iov;
	uint64_t sum = 0;

	for (size_t i = 0; i < m->iovlen; i++)
		sum += v[i].len;
	return sum;
}

static int64_t recvmsguse(GateUse *u, Call *c)
{
	uint64_t flags = c->arg[2];
	int64_t when = 0, r = trysocket(u, c, 2, PollRead, &when);

	if (likely(!(flags & MSG_WAITALL)) || (flags & MSG_PEEK) || r <= 0 ||
	    (uint64_t)r >= lengthof(c) || !takesall(c, flags))
		return r;
	return therest(u, c, PollRead, (uint64_t)r);
}

static int64_t sendmsguse(GateUse *u, Call *c)
{
	int64_t when = 0, r = trysocket(u, c, 2, PollWrite, &when);

	if (r <= 0 || likely((uint64_t)r >= lengthof(c)) || !takesall(c, c->arg[2]))
		return r;
	return therest(u, c, PollWrite, (uint64_t)r);
}

int64_t gaterecvmsg(Call *c)
{
	GateUse u = gateuse((int32_t)c->arg[0]);
	int64_t r = recvmsguse(&u, c);

	gatedrop(&u);
	return r;
}

int64_t gatesendmsg(Call *c)
{
	GateUse u = gateuse((int32_t)c->arg[0]);
	int64_t r = sendmsguse(&u, c);

	gatedrop(&u);
	return r;
}

// Waits for the first message; the kernel's own wait for the others takes the thread.
int64_t gaterecvmmsg(const Call *c)
{
	int32_t fd = (int32_t)c->arg[0];

	if (c->arg[3] & MSG_DONTWAIT)
		return plaincall(c);
	return polledcall(c, PollRead, patience(fd, PollRead));
}

// ---- connections --------------------------------------------------------------------

int64_t gateaccept(const Call *c)
{
	int32_t fd = (int32_t)c->arg[0];
	int64_t r = polledcall(c, PollRead, patience(fd, PollRead));

	if (r >= 0)
		gateforget((int32_t)r);
	return r;
}

// Is gatewait for writing, by the thread.
static int64_t threadwait(int32_t fd, int64_t when)
{
	Pollfd p = { fd, EPOLLOUT, 0 };
	int64_t r = threadpoll(&p, 1, when);

	return r == 0 ? -ETIMEDOUT : min(r, (int64_t)0);
}

// Waits for a connection that has begun, at most until when.
static int64_t established(int32_t fd, int64_t when)
{
	int32_t error = 0;
	int64_t r;

	while (!pollready(fd, PollWrite, false)) {
		r = gatewait(fd, RT_WRITABLE, when);
		if (r == -EPERM)
			r = threadwait(fd, when);
		if (r)
			return r == -ETIMEDOUT ? -EINPROGRESS : r;
	}
	r = getoption(fd, SO_ERROR, &error, sizeof error);
	return r < 0 ? r : -error;
}

// connect takes no flags: the description is made non-blocking for the one call, which
// returns at once.
int64_t gateconnect(const Call *c)
{
	int32_t fd = (int32_t)c->arg[0];
	int64_t flags = syscall3(__NR_fcntl, (uint32_t)fd, F_GETFL, 0), when, r;

	gateforget(fd);
	if (flags < 0 || (flags & O_NONBLOCK))
		return plaincall(c);
	if (!isstream(fd)) // SOCK_SEQPACKET may wait, others do not
		return gatemanaged(c);
	when = patience(fd, PollWrite);
	syscall3(__NR_fcntl, (uint32_t)fd, F_SETFL, (uint64_t)flags | O_NONBLOCK);
	r = plaincall(c);
	syscall3(__NR_fcntl, (uint32_t)fd, F_SETFL, (uint64_t)flags);
	// The queue of a local listener is full, and no event says when it is not.
	if (r == -EAGAIN)
		return blockingcall(c);
	return r == -EINPROGRESS ? established(fd, when) : r;
}
