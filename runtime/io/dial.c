// dial.c - connecting to an address, and to the address of a name that answers first.
//
// The addresses of a name are in the order of RFC 6724. As RFC 8305 (happy eyeballs)
// wants it, the families alternate, and the next address is tried as soon as the last one
// has failed, or has been silent for AttemptDelay; those before it are not given up. An
// address that no packet reaches costs that delay, not the kernel's whole time-out. Go
// has two rows of attempts, one for each family, and begins the second after 300 ms.
//
// The sockets of a race are not in the table of descriptors, but in an epoll set of the
// race, which is in the table. So one goroutine waits for all of them and for the next
// attempt, and nobody else can close them.
#include "runtime/base/race.h"
#include "runtime/io/address.h"
#include "runtime/io/fd.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"

enum {
	AttemptDelay = 250 * 1000 * 1000, // ns
	MaxAttempts = 64,                 // addresses of a name that are tried
	MaxRetries = 2,
};

// ---- one address --------------------------------------------------------------------

static bool istcp(const Network *nw)
{
	return nw->type == SOCK_STREAM && nw->family != AF_UNIX;
}

static int64_t socketerror(int32_t fd)
{
	int32_t err = 0;
	uint32_t size = sizeof err;
	int64_t r = syscall6(__NR_getsockopt, (uint32_t)fd, SOL_SOCKET, SO_ERROR,
	                     ptrarg(&err), ptrarg(&size), 0);

	return r < 0 ? r : -err;
}

static bool sameplace(const rt_address *a, const rt_address *b)
{
	const SockaddrIn6 *a6 = (const SockaddrIn6 *)a->sockaddr;
	const SockaddrIn6 *b6 = (const SockaddrIn6 *)b->sockaddr;

	if (familyof(a) == AF_INET6)
		return a6->port == b6->port &&
		       __builtin_memcmp(a6->addr, b6->addr, 16) == 0;
	return a->sockaddr[0] == b->sockaddr[0]; // family, port and IPv4 address
}

// The kernel may choose the port that is dialled as the local one. Where nobody listens,
// the socket then meets itself, which TCP takes for a connection. Go tries twice more,
// although it is certain that nobody listened. Without the reset the port would be in use
// for a minute more.
static int64_t refuseself(int32_t fd, const Network *nw)
{
	struct {
		int32_t on, seconds;
	} linger = { 1, 0 };
	rt_address local = { 0 }, peer = { 0 };

	if (!istcp(nw) || nameof(__NR_getsockname, fd, &local) < 0 ||
	    nameof(__NR_getpeername, fd, &peer) < 0 || !sameplace(&local, &peer))
		return 0;
	syscall6(__NR_setsockopt, (uint32_t)fd, SOL_SOCKET, SO_LINGER, ptrarg(&linger),
	         sizeof linger, 0);
	return -ECONNREFUSED;
}

// Returns 0 when the connection that fd makes is there, its error when it failed, and
// -EINPROGRESS after an event that means neither.
static int64_t connected(int32_t fd, const Network *nw)
{
	rt_address peer;
	int64_t r = socketerror(fd);

	if (r < 0)
		return r;
	r = nameof(__NR_getpeername, fd, &peer);
	if (r == -ENOTCONN)
		return -EINPROGRESS;
	return r < 0 ? r : refuseself(fd, nw);
}

// Returns 0, -EINPROGRESS or another error. A call that was interrupted may have begun
// the connection: asked again, the kernel says so.
static int64_t connect1(int32_t fd, const rt_address *a)
{
	int64_t r, pause = RT_MILLISECOND;

	for (;;) {
		r = syscall3(__NR_connect, (uint32_t)fd, ptrarg(a->sockaddr), a->size);
		if (r == -EALREADY)
			return -EINPROGRESS;
		if (r == -EISCONN)
			return 0;
		if (r == -EINTR)
			continue;
		if (r != -EAGAIN || familyof(a) != AF_UNIX)
			return r;
		// The queue of a local listener is full, and there is no event for room.
		rt_sleep(pause);
		pause = min(2 * pause, 100 * RT_MILLISECOND);
	}
}

// Begins a connection. Returns 0 or -EINPROGRESS, and the socket, which is not in the
// table yet; or another error. The kernel sometimes chooses a local port that is in use,
// and says that the address is not available: then it is tried again, as in Go.
static int64_t beginconnect(const Network *nw, const rt_address *a, int32_t *fd)
{
	int64_t r;

	for (int32_t i = 0;; i++) {
		r = newsocket(nw, a);
		if (r < 0)
			return r;
		*fd = (int32_t)r;
		r = connect1(*fd, a);
		if (r == 0)
			r = refuseself(*fd, nw);
		if (r == 0 || r == -EINPROGRESS)
			return r;
		closefd(*fd);
		if (r != -EADDRNOTAVAIL || !istcp(nw) || i == MaxRetries)
			return r;
	}
}

// Waits until the connection that fd makes is there or has failed, at most until the
// instant; 0 means the kernel's own time-out. The caller puts fd into the table after
// connect, because epoll reports a socket that does nothing yet as hung up.
static int64_t await(int32_t fd, const Network *nw, int64_t until)
{
	Fd *d;
	int64_t r = fdlock(fd, PollWrite, &d);

	if (r < 0)
		return r;
	netpolldeadline(&d->pd, PollWrite, until);
	do {
		r = netpollwait(&d->pd, PollWrite);
		if (r == 0)
			r = connected(fd, nw);
	} while (r == -EINPROGRESS);
	netpolldeadline(&d->pd, PollWrite, 0);
	fdunlock(fd, d, PollWrite);
	return r;
}

int64_t dialto(const Network *nw, const rt_address *a, int64_t until)
{
	int32_t socket = -1;
	int64_t state = beginconnect(nw, a, &socket), fd, r;

	if (state < 0 && state != -EINPROGRESS)
		return state;
	fd = fdinstall(socket, FdOwn, flagsof(nw->type, nw->family));
	if (fd < 0 || state == 0)
		return fd;
	r = await((int32_t)fd, nw, until);
	if (r < 0) {
		rt_close((int)fd);
		return r;
	}
	return fd;
}

// ---- the addresses of a name --------------------------------------------------------

typedef struct {
	const Network *nw;
	int32_t set;               // the epoll set
	int32_t fds[MaxAttempts];  // of the attempts that have begun; -1: it has failed
	int32_t begun, pending;
	int64_t err;               // 0: none yet
} Race;

// The error of the first address counts, unless this machine has no way to it.
static void noteerror(int64_t *err, int64_t r)
{
	if (*err == 0 || *err == -EAFNOSUPPORT || *err == -EADDRNOTAVAIL ||
	    *err == -ENETUNREACH)
		*err = r;
}

// Without descriptors no further address can be tried.
static bool isfatal(int64_t err)
{
	return err == -EMFILE || err == -ENFILE;
}

// Begins the next attempt. Returns the socket if it is connected already, or an error:
// -EINPROGRESS if the attempt is among those awaited.
static int64_t dialattempt(Race *race, const rt_address *a)
{
	EpollEvent ev = { EPOLLOUT, (uint64_t)race->begun };
	int32_t *fd = &race->fds[race->begun++];
	int64_t r = beginconnect(race->nw, a, fd), err;

	if (r == 0)
		return *fd;
	if (r != -EINPROGRESS) {
		*fd = -1;
		return r;
	}
	err = epollctl(race->set, EPOLL_CTL_ADD, *fd, &ev);
	if (err < 0) {
		closefd(*fd);
		*fd = -1;
		return err;
	}
	race->pending++;
	return -EINPROGRESS;
}

static int64_t waitset(int32_t set, int64_t until)
{
	Fd *d;
	int64_t r = fdlock(set, PollRead, &d);

	if (r < 0)
		return r;
	netpolldeadline(&d->pd, PollRead, until);
	r = netpollwait(&d->pd, PollRead);
	netpolldeadline(&d->pd, PollRead, 0);
	fdunlock(set, d, PollRead);
	return r;
}

// Waits for an event of an attempt. Returns the attempt's number, or -ETIMEDOUT at the
// instant until, if that is not 0.
static int64_t awaitrace(const Race *race, int64_t until)
{
	EpollEvent ev;
	int64_t r;

	for (;;) {
		r = epollwait(race->set, &ev, 1, 0);
		if (r > 0)
			return (int64_t)ev.data;
		if (r == 0)
			r = waitset(race->set, until);
		if (r < 0 && r != -EINTR)
			return r;
	}
}

// Returns the socket of an attempt that had an event, if it is connected, or the error.
static int64_t outcome(Race *race, int32_t *fd)
{
	int64_t r = connected(*fd, race->nw);

	if (r == 0)
		return *fd;
	if (r != -EINPROGRESS) {
		closefd(*fd); // which also takes it from the set
		*fd = -1;
		race->pending--;
	}
	return r;
}

// Returns the socket that is connected first, or an error.
static int64_t runrace(Race *race, const rt_address *a, int32_t n)
{
	int64_t next = 0, r;

	for (;;) {
		if (race->begun < n && (race->pending == 0 || nanotime() >= next)) {
			next = nanotime() + AttemptDelay;
			r = dialattempt(race, &a[race->begun]);
		} else if (race->pending > 0) {
			r = awaitrace(race, race->begun < n ? next : 0);
			if (r == -ETIMEDOUT)
				continue;
			if (r < 0)
				return r;
			r = outcome(race, &race->fds[r]);
		} else {
			return race->err;
		}
		if (r >= 0)
			return r;
		if (isfatal(r)) {
			race->err = r;
			n = race->begun; // those that are pending may still win
		} else if (r != -EINPROGRESS) {
			noteerror(&race->err, r);
			next = 0;
		}
	}
}

// Closes all sockets but the winner's, and the set.
static void endrace(const Race *race, int64_t winner)
{
	EpollEvent none = { 0 };

	for (int32_t i = 0; i < race->begun; i++) {
		if (race->fds[i] >= 0 && race->fds[i] != winner)
			closefd(race->fds[i]);
	}
	if (winner >= 0)
		epollctl(race->set, EPOLL_CTL_DEL, (int32_t)winner, &none);
	rt_close(race->set);
}

static int64_t dialany(const Network *nw, const rt_address *a, int32_t n)
{
	Race race = { .nw = nw };
	int64_t r = fdinstall(epollcreate1(EPOLL_CLOEXEC), FdOwn, 0);

	if (r < 0)
		return r;
	race.set = (int32_t)r;
	r = runrace(&race, a, n);
	endrace(&race, r);
	return r < 0 ? r : fdinstall(r, FdOwn, flagsof(nw->type, nw->family));
}

// Dials one address after the other, for datagrams: the kernel decides on each at once.
static int64_t dialeach(const Network *nw, const rt_address *a, int32_t n)
{
	int64_t err = 0, r = 0;

	for (int32_t i = 0; i < n; i++) {
		r = dialto(nw, &a[i], 0);
		if (r >= 0 || isfatal(r))
			return r;
		noteerror(&err, r);
	}
	return err;
}

// Makes the families alternate, and leaves the order of each as it is.
static void alternate(rt_address *a, int32_t n)
{
	for (int32_t i = 1; i < n; i++) {
		int32_t k = i;

		while (k < n && familyof(&a[k]) == familyof(&a[i - 1]))
			k++;
		if (k == n)
			return;
		for (rt_address other = a[k]; k >= i; k--)
			a[k] = k > i ? a[k - 1] : other;
	}
}

int rt_dial(const char *network, const char *address)
{
	const Network *nw = findnetwork(network);
	rt_address one[2], *a;
	int32_t n;
	int64_t r;

	preemptcheck();
	if (!nw)
		return -EINVAL;
	racestring(address);
	raceoutput();
	r = resolve(nw, address, false, one, &a);
	if (r < 0)
		return (int)r;
	n = (int32_t)min(r, (int64_t)MaxAttempts);
	if (n == 1) {
		r = dialto(nw, a, 0);
	} else if (nw->type == SOCK_STREAM) {
		alternate(a, n);
		r = dialany(nw, a, n);
	} else {
		r = dialeach(nw, a, n);
	}
	if (a != one)
		rt_free(a);
	raceinput();
	return (int)r;
}
