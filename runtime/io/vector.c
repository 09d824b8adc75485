// vector.c - several pieces of memory in one call, and files to sockets without copies.
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/io/fd.h"
#include "runtime/os/os.h"
#include "runtime/os/socket.h"
#include "runtime/sched/yieldcheck.h"

enum { MaxVector = 1024, MaxSend = 4 << 20 };

static size_t total(const rt_iovec *v, int32_t n)
{
	size_t sum = 0;

	for (int32_t i = 0; i < n; i++)
		sum += v[i].len;
	return sum;
}

static void gotvector(const rt_iovec *v, int32_t n, int64_t r)
{
	for (int32_t i = 0; i < n && r > 0; i++) {
		racefilled(v[i].base, r, v[i].len);
		r -= (int64_t)v[i].len;
	}
}

int64_t rt_readv(int fd, const rt_iovec *v, int n)
{
	Call c = { __NR_readv, { (uint32_t)fd, ptrarg(v), (uint32_t)min(n, (int)MaxVector) } };
	int64_t r;

	preemptcheck();
	if (n < 0)
		return -EINVAL;
	if (!canread(v, c.arg[2] * sizeof *v))
		return -EFAULT;
	racetakes(v, c.arg[2] * sizeof *v);
	r = fdread(fd, &c, total(v, (int32_t)c.arg[2]));
	if (RACING)
		gotvector(v, (int32_t)c.arg[2], r);
	return r;
}

// Takes done bytes off the front of v.
static void advance(rt_iovec **v, int32_t *n, size_t done)
{
	while (*n > 0 && done >= (*v)->len) {
		done -= (*v)->len;
		(*v)++;
		(*n)--;
	}
	if (*n > 0) {
		(*v)->base = (char *)(*v)->base + done;
		(*v)->len -= done;
	}
}

// Gives the n pieces to the kernel in one call.
static int64_t writepieces(int32_t fd, Fd *d, const rt_iovec *v, uint32_t n)
{
	Msghdr m = { .iov = (rt_iovec *)v, .iovlen = n };
	Call c = { __NR_writev, { (uint32_t)fd, ptrarg(v), n } };

	if (d->flags & FdSocket)
		c = (Call){ __NR_sendmsg, { (uint32_t)fd, ptrarg(&m), MSG_NOSIGNAL } };
	return fdcall(d, PollWrite, &c);
}

static int64_t writevall(int32_t fd, Fd *d, rt_iovec *v, int32_t n)
{
	int64_t sum = 0, r;

	if (d->flags & FdMessage) // empty ones are messages, too
		return n > MaxVector ? -EMSGSIZE : writepieces(fd, d, v, (uint32_t)n);
	advance(&v, &n, 0);
	while (n > 0) {
		rt_iovec first = { v->base, min(v->len, (size_t)PipeBuf) };

		if (d->kind == FdShared) // a stream that is ready may take no more
			r = writepieces(fd, d, &first, 1);
		else
			r = writepieces(fd, d, v, (uint32_t)min(n, (int32_t)MaxVector));
		if (r == -EINTR)
			continue;
		if (r < 0)
			return partly(r, sum);
		sum += r;
		advance(&v, &n, (size_t)r);
	}
	return sum;
}

int64_t rt_writev(int fd, rt_iovec *v, int n)
{
	Fd *d;
	int64_t r;

	preemptcheck();
	if (n < 0)
		return -EINVAL;
	if (!canwrite(v, (size_t)n * sizeof *v))
		return -EFAULT;
	racetakes(v, (size_t)n * sizeof *v);
	for (int32_t i = 0; RACING && i < n; i++)
		racetakes(v[i].base, v[i].len);
	raceoutput();
	r = fdlock(fd, PollWrite, &d);
	if (r < 0)
		return r;
	r = endwrite(fd, d, writevall(fd, d, v, n));
	if (r < 0)
		raceinput();
	return r;
}

// The file may have to come from a disk, so the call is made between entersyscall and
// exitsyscall even if the socket does not block. After EAGAIN waits for the socket.
static int64_t sendsome(Fd *d, const Call *c)
{
	int64_t err = d->kind == FdFile ? 0 : netpollcheckerr(&d->pd, PollWrite), r;

	while (!err) {
		r = restarting(c);
		if (r != -EAGAIN)
			return r;
		if (d->kind == FdFile)
			waitready((int32_t)c->arg[0], PollWrite);
		else
			err = netpollwait(&d->pd, PollWrite);
	}
	return err;
}

static int64_t sendall(Fd *d, Call *c, size_t n)
{
	size_t left = n;
	int64_t r;

	while (left > 0) {
		c->arg[3] = min(left, (size_t)MaxSend);
		r = sendsome(d, c);
		if (r < 0)
			return left == n ? r : (int64_t)(n - left);
		if (r == 0)
			break;
		left -= (size_t)r;
	}
	return (int64_t)(n - left);
}

int64_t rt_sendfile(int out, int in, int64_t *offset, size_t n)
{
	Call c = { __NR_sendfile, { (uint32_t)out, (uint32_t)in, ptrarg(offset) } };
	Fd *d, *file;
	int64_t r;

	preemptcheck();
	racetakes(offset, sizeof *offset);
	raceoutput();
	r = fdlock(out, PollWrite, &d);
	if (r < 0)
		return r;
	r = fdref(in, &file);
	if (r == 0) {
		r = sendall(d, &c, n);
		fdunref(in, file);
	}
	raceinput();
	if (r > 0)
		racegets(offset, sizeof *offset);
	return endwrite(out, d, r);
}
