// gate_many.c - poll, select and epoll_wait: waiting for several descriptors.
//
// An epoll descriptor is readable while one that it watches is ready. So what poll waits
// for goes into an epoll descriptor of its own, and the goroutine parks until that one is
// readable. poll itself then says what is ready. A call with a signal mask takes its
// thread: the mask is the thread's.
#include "cgo/gate.h"
#include "runtime/sync/sync.h"

enum {
	POLLIN = EPOLLIN,
	POLLPRI = EPOLLPRI,
	POLLOUT = EPOLLOUT,
	MostSeconds = 1000000000
};

// Nanoseconds of a time that the caller gives; Never... is -1.
static int64_t timeof(const int64_t *t, int64_t unit)
{
	if (!t)
		return -1;
	return t[0] >= MostSeconds ? INT64_MAX : t[0] * RT_SECOND + t[1] * unit;
}

// Adds p[i] to the set; what is there twice is watched for both.
static int64_t addone(int32_t ep, const Pollfd *p, uint64_t i)
{
	EpollEvent ev = { .events = (uint16_t)p[i].events, .data = i };
	int64_t r = epollctl(ep, EPOLL_CTL_ADD, p[i].fd, &ev);

	if (r != -EEXIST)
		return r;
	for (uint64_t j = 0; j < i; j++)
		ev.events |= p[j].fd == p[i].fd ? (uint16_t)p[j].events : 0;
	return epollctl(ep, EPOLL_CTL_MOD, p[i].fd, &ev);
}

// Parks until one of them is ready, or until when. Others wait in the call, as before:
// what epoll cannot watch, such as one that another thread has closed.
static int64_t parkmany(const Pollfd *p, uint64_t n, int64_t when)
{
	Call close = { .nr = __NR_close };
	int64_t ep = epollcreate1(EPOLL_CLOEXEC), r = 0;

	if (ep < 0)
		return ep;
	for (uint64_t i = 0; r == 0 && i < n; i++) {
		if (p[i].fd >= 0)
			r = addone((int32_t)ep, p, i);
	}
	if (r == 0)
		r = gatewait((int32_t)ep, RT_READABLE, when);
	close.arg[0] = (uint64_t)ep;
	gateclose(&close);
	return r;
}

static int64_t parkfor(const Pollfd *p, uint64_t n, int64_t when)
{
	if (n == 1 && p->fd >= 0 && (p->events == POLLIN || p->events == POLLOUT))
		return gatewait(p->fd, p->events == POLLIN ? RT_READABLE : RT_WRITABLE,
				when);
	return parkmany(p, n, when);
}

int64_t threadpoll(Pollfd *p, uint64_t n, int64_t when)
{
	int64_t left = when == Never ? 0 : max(when - nanotime(), (int64_t)0);
	Timespec ts = { left / RT_SECOND, left % RT_SECOND };
	Call c = { __NR_ppoll, { ptrarg(p), n, when == Never ? 0 : ptrarg(&ts) } };

	return blockingcall(&c);
}

static int64_t pollmany(Pollfd *p, uint64_t n, int64_t ns)
{
	Timespec now = { 0 };
	int64_t when = gateuntil(ns), r, err;

	for (;;) {
		r = syscall6(__NR_ppoll, ptrarg(p), n, ptrarg(&now), 0, 0, 0);
		if (r == -EINTR) // by any signal, SIGURG too, although it does not wait
			continue;
		if (r != 0 || ns == 0)
			return r;
		err = parkfor(p, n, when);
		if (err == -ETIMEDOUT)
			return 0;
		if (err == -EINTR)
			return err;
		if (err == -EBADF) // its last user closes the number, and must run for that
			rt_sleep(20 * RT_MICROSECOND);
		else if (err)
			return threadpoll(p, n, when);
	}
}

int64_t gatepoll(Pollfd *p, uint64_t n, int64_t ns)
{
	int64_t when, r;

	if (n > 0)
		return pollmany(p, n, ns);
	when = gateuntil(ns);
	r = ns < 0 ? -EPERM : gatepark(when);
	return r == -EPERM ? threadpoll(p, 0, when) : r;
}

// ---- select -------------------------------------------------------------------------

enum { SetSize = 1024, Word = 64 };

static const int16_t setevents[] = { POLLIN, POLLOUT, POLLPRI };

static uint64_t *setof(const Call *c, int i)
{
	return (uint64_t *)(uintptr_t)c->arg[1 + i];
}

// Makes poll's set of the three; returns how many there are.
static uint64_t makeset(const Call *c, Pollfd *p)
{
	uint64_t n = 0;

	for (uint64_t fd = 0; fd < c->arg[0]; fd++) {
		int16_t events = 0;

		for (int i = 0; i < 3; i++) {
			if (setof(c, i) && (setof(c, i)[fd / Word] >> (fd % Word) & 1))
				events |= setevents[i];
		}
		if (events)
			p[n++] = (Pollfd){ (int32_t)fd, events, 0 };
	}
	return n;
}

// select's result of poll's: what is ready for each of the three.
static int64_t takeset(const Call *c, const Pollfd *p, uint64_t n)
{
	static const int16_t ready[] = { POLLIN | EPOLLHUP | EPOLLERR, POLLOUT | EPOLLERR,
					 POLLPRI };
	int64_t count = 0;

	for (int i = 0; i < 3; i++) {
		for (uint64_t w = 0; setof(c, i) && w < (c->arg[0] + Word - 1) / Word;
		     w++)
			setof(c, i)[w] = 0;
	}
	for (uint64_t k = 0; k < n; k++) {
		for (int i = 0; i < 3; i++) {
			if (!(p[k].events & setevents[i]) || !(p[k].revents & ready[i]))
				continue;
			setof(c, i)[p[k].fd / Word] |= 1ull << (p[k].fd % Word);
			count++;
		}
	}
	return count;
}

static bool anybad(const Pollfd *p, uint64_t n)
{
	enum { POLLNVAL = 0x20 };

	for (uint64_t i = 0; i < n; i++) {
		if (p[i].revents & POLLNVAL)
			return true;
	}
	return false;
}

static int64_t gateselect(const Call *c, int64_t ns)
{
	uint64_t n;
	int64_t r;
	Pollfd *p;

	if (c->arg[0] > SetSize)
		return blockingcall(c);
	p = rt_malloc((c->arg[0] + 1) * sizeof *p);
	n = makeset(c, p);
	r = gatepoll(p, n, ns);
	if (r >= 0)
		r = anybad(p, n) ? -EBADF : takeset(c, p, n);
	rt_free(p);
	return r;
}

// ---- epoll --------------------------------------------------------------------------

static int64_t gateepoll(Call *c)
{
	int64_t ms = (int32_t)c->arg[3];
	int64_t when = gateuntil(ms < 0 ? -1 : ms * RT_MILLISECOND), r, err;

	for (;;) {
		c->arg[3] = 0;
		r = plaincall(c);
		if (r != 0 || ms == 0)
			return r;
		err = gatewait((int32_t)c->arg[0], RT_READABLE, when);
		if (err == -EPERM) {
			ms = max(when - nanotime(), (int64_t)0) / RT_MILLISECOND + 1;
			c->arg[3] = when == Never ? (uint64_t)-1 : (uint64_t)ms;
			return blockingcall(c);
		}
		if (err)
			return err == -ETIMEDOUT ? 0 : err;
	}
}

// ---- all of them --------------------------------------------------------------------

int64_t gatemany(Call *c)
{
	const uint64_t *a = c->arg;
	const int64_t *time = (const int64_t *)(uintptr_t)a[c->nr == __NR_ppoll ? 2 : 4];
	Pollfd *p = (Pollfd *)(uintptr_t)a[0];
	int64_t ms = (int32_t)a[2];

	switch (c->nr) {
	case __NR_poll:
		return gatepoll(p, a[1], ms < 0 ? -1 : ms * RT_MILLISECOND);
	case __NR_ppoll:
		return a[3] ? blockingcall(c) : gatepoll(p, a[1], timeof(time, 1));
	case __NR_select:
		return gateselect(c, timeof(time, RT_MICROSECOND));
	case __NR_pselect6:
		if (a[5] && *(const uint64_t *)(uintptr_t)a[5])
			return blockingcall(c);
		return gateselect(c, timeof(time, 1));
	default:
		return c->nr == __NR_epoll_pwait && a[4] ? blockingcall(c) : gateepoll(c);
	}
}
