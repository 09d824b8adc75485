// blocking.c - system calls that release the P, and writing through them.
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/io/fd.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sig/sig.h"

int64_t (*writehook)(int32_t fd, const char *p, size_t n);

// ---- calls that may block -----------------------------------------------------------

NOSPLIT int64_t managed(const Call *c)
{
	return rt_raw_syscall(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4],
	                      c->arg[5]);
}

NOSPLIT int64_t restarting(const Call *c)
{
	int64_t r;

	do
		r = managed(c);
	while (r == -EINTR);
	return r;
}

// ---- readiness ----------------------------------------------------------------------

// A signal ends a poll that has found nothing, even one that does not wait: it is asked again. Other
// errors are for the call that comes next to find out.
uint32_t pollevents(int32_t fd, uint32_t events)
{
	Pollfd p = { fd, (int16_t)events, 0 };
	Timespec now = { 0 };
	int64_t r;

	do
		r = syscall6(__NR_ppoll, ptrarg(&p), 1, ptrarg(&now), 0, 0, 0);
	while (r == -EINTR);
	return r < 0 ? EPOLLERR : (uint16_t)p.revents;
}

bool pollready(int32_t fd, PollMode mode, bool wait)
{
	Pollfd p = { fd, mode == PollRead ? EPOLLIN : EPOLLOUT, 0 };
	Timespec now = { 0 };
	int64_t r;

	do
		r = syscall6(__NR_ppoll, ptrarg(&p), 1, wait ? 0 : ptrarg(&now), 0, 0, 0);
	while (r == -EINTR && !wait);
	return r != 0 && r != -EINTR;
}

NOSPLIT void waitready(int32_t fd, PollMode mode)
{
	Pollfd p = { fd, mode == PollRead ? EPOLLIN : EPOLLOUT, 0 };
	Call c = { __NR_ppoll, { ptrarg(&p), 1 } };

	managed(&c);
}

// ---- writing ------------------------------------------------------------------------

int64_t writeerror(int32_t fd, int64_t err)
{
	if (err == -EPIPE && (fd == 1 || fd == 2))
		sigpipe();
	return err;
}

static int64_t plainwrite(int32_t fd, const char *p, size_t n)
{
	Call c = { __NR_write, { (uint32_t)fd, ptrarg(p), n } };

	do {
		int64_t r = restarting(&c);

		if (r == -EAGAIN) {
			waitready(fd, PollWrite);
		} else if (r < 0) {
			return writeerror(fd, r);
		} else {
			c.arg[1] += (uint64_t)r;
			c.arg[2] -= (uint64_t)r;
		}
	} while (c.arg[2] > 0);
	return (int64_t)n;
}

NOSPLIT int64_t barewrite(int32_t fd, const char *p, size_t n)
{
	for (size_t left = n; left > 0;) {
		int64_t r = write1(fd, p, left);

		if (r == -EAGAIN) {
			pollready(fd, PollWrite, true);
		} else if (r < 0 && r != -EINTR) {
			return writeerror(fd, r);
		} else if (r > 0) {
			p += r;
			left -= (size_t)r;
		}
	}
	return (int64_t)n;
}

int64_t rt_write(int fd, const void *buf, size_t n)
{
	int64_t (*f)(int32_t, const char *, size_t) = atomic_load_acquire(&writehook);

	preemptcheck();
	checkmemory(buf, n, "the text of a write");
	racetakes(buf, n);
	raceoutput();
	return f ? f(fd, buf, n) : plainwrite(fd, buf, n);
}
