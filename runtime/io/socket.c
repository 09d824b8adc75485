// socket.c - sockets: listening, accepting, addresses, datagrams.
#include "runtime/base/race.h"
#include "runtime/base/replay.h"
#include "runtime/io/address.h"
#include "runtime/io/fd.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"

enum {
	Backlog = 0x7fffffff,           // the kernel cuts it to net.core.somaxconn
	KeepAlive = 15,                 // s
	FirstPause = 5 * 1000 * 1000,   // ns: accept without descriptors,
	MaxPause = 1000 * 1000 * 1000,  // doubled until here
};

// ---- options ------------------------------------------------------------------------

int64_t setopt(int32_t fd, int32_t level, int32_t opt, int32_t value)
{
	return syscall6(__NR_setsockopt, (uint32_t)fd, (uint32_t)level, (uint32_t)opt,
	                ptrarg(&value), sizeof value, 0);
}

// Sets Go's choice for connections; a socket that a listener accepts inherits it. Returns
// whether fd is one of TCP.
static bool tcpoptions(int32_t fd)
{
	if (setopt(fd, IPPROTO_TCP, TCP_NODELAY, 1) < 0)
		return false;
	setopt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	setopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, KeepAlive);
	setopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, KeepAlive);
	return true;
}

uint32_t flagsof(int32_t type, int32_t family)
{
	// A read of a local stream ends where descriptors were passed, though more is there.
	if (type != SOCK_STREAM)
		return FdSocket | (uint32_t)FdMessage;
	return FdSocket | (family != AF_UNIX ? FdTcp | (uint32_t)FdStream : 0);
}

int64_t newsocket(const Network *nw, const rt_address *a)
{
	int64_t fd = REPLAYING ? replaynofd() : 0;

	if (fd == 0)
		fd = syscall3(__NR_socket, familyof(a),
		              (uint32_t)(nw->type | SOCK_NONBLOCK | SOCK_CLOEXEC), 0);
	if (fd >= 0 && nw->family != AF_UNIX && nw->type == SOCK_STREAM)
		tcpoptions((int32_t)fd);
	if (fd >= 0 && nw->family != AF_UNIX && nw->type == SOCK_DGRAM)
		setopt((int32_t)fd, SOL_SOCKET, SO_BROADCAST, 1);
	return fd;
}

// ---- addresses ----------------------------------------------------------------------

// Without a host: any address of this machine to listen at, this machine to dial.
static void nohost(const Network *nw, bool listening, rt_address *a)
{
	if (listening)
		parseip(nw->family == AF_INET ? "0.0.0.0" : "::", a);
	else
		parseip(nw->family == AF_INET6 ? "::1" : "127.0.0.1", a);
}

// Checks the numeric address at a, and returns how many addresses it means: where IPv6 is
// off, "::" is this machine still, and is dialled by IPv4.
static int64_t literal(const Network *nw, bool listening, rt_address a[2])
{
	static const rt_address any6 = { .size = sizeof(SockaddrIn6), .sockaddr = { AF_INET6 } };

	unmap(a);
	if (nw->family != AF_UNSPEC && nw->family != familyof(a))
		return -EAFNOSUPPORT;
	if (nw->family != AF_UNSPEC || listening || __builtin_memcmp(a, &any6, sizeof any6) != 0)
		return 1;
	parseip("127.0.0.1", &a[1]);
	return 2;
}

int64_t resolve(const Network *nw, const char *text, bool listening, rt_address one[2],
                rt_address **a)
{
	char host[MaxHost];
	uint16_t port;
	int64_t r;

	*a = one;
	if (nw->family == AF_UNIX) {
		r = parseunix(text, one);
		return r < 0 ? r : 1;
	}
	r = splithostport(text, host, &port);
	if (r < 0)
		return r;
	if (host[0] == '\0') {
		nohost(nw, listening, one);
		r = 1;
	} else if (parseip(host, one)) {
		r = literal(nw, listening, one);
	} else if (isnumeric(host)) { // of a zone that there is not: no name
		r = -EINVAL;
	} else {
		r = lookuphost(host, nw->family, a);
	}
	for (int64_t i = 0; i < r; i++)
		setport(&(*a)[i], port);
	return r;
}

int64_t nameof(int64_t nr, int32_t fd, rt_address *a)
{
	uint32_t size = sizeof a->sockaddr;
	int64_t r = syscall3(nr, (uint32_t)fd, ptrarg(a->sockaddr), ptrarg(&size));

	a->size = r < 0 ? 0 : min(size, (uint32_t)sizeof a->sockaddr);
	return r;
}

static int nametext(int64_t nr, int fd, char *buf, size_t size)
{
	rt_address a;
	Fd *d;
	int64_t r = fdref(fd, &d);

	if (r < 0)
		return (int)r;
	r = nameof(nr, fd, &a);
	fdunref(fd, d);
	return r < 0 ? (int)r : rt_address_format(&a, buf, size);
}

int rt_local_address(int fd, char *buf, size_t size)
{
	preemptcheck();
	return nametext(__NR_getsockname, fd, buf, size);
}

int rt_peer_address(int fd, char *buf, size_t size)
{
	preemptcheck();
	return nametext(__NR_getpeername, fd, buf, size);
}

// ---- listening ----------------------------------------------------------------------

static int64_t preparesocket(int32_t fd, const Network *nw, const rt_address *a,
                             const rt_listen_options *o)
{
	int64_t r;

	if (familyof(a) == AF_INET6) // "tcp" listens for IPv4 too
		setopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, nw->family == AF_INET6);
	if (nw->type == SOCK_STREAM && nw->family != AF_UNIX)
		setopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (o->reuse_port) {
		r = setopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
		if (r < 0)
			return r;
	}
	r = syscall3(__NR_bind, (uint32_t)fd, ptrarg(a->sockaddr), a->size);
	if (r < 0 || nw->type == SOCK_DGRAM)
		return r;
	return syscall3(__NR_listen, (uint32_t)fd, (uint32_t)(o->backlog ? o->backlog : Backlog),
	                0);
}

static int64_t listenat(const Network *nw, const rt_address *a, const rt_listen_options *o)
{
	int64_t fd = newsocket(nw, a), r;

	if (fd < 0)
		return fd;
	r = preparesocket((int32_t)fd, nw, a, o);
	if (r < 0) {
		closefd((int32_t)fd);
		return r;
	}
	return fdinstall(fd, FdOwn, flagsof(nw->type, nw->family) & ~(uint32_t)FdStream);
}

// Chooses where to listen among the n addresses of a name: as Go does, an IPv4 address
// first, unless the name is in brackets.
static const rt_address *listenaddress(const rt_address *a, int64_t n, const char *text)
{
	uint16_t wanted = *text == '[' ? AF_INET6 : AF_INET;

	for (int64_t i = 0; i < n; i++) {
		if (familyof(&a[i]) == wanted)
			return &a[i];
	}
	return a;
}

int rt_listen_with(const char *network, const char *address, const rt_listen_options *o)
{
	const Network *nw = findnetwork(network);
	rt_address one[2], *a;
	int64_t r;

	preemptcheck();
	if (!nw)
		return -EINVAL;
	racestring(address);
	raceoutput();
	r = resolve(nw, address, true, one, &a);
	if (r < 0)
		return (int)r;
	r = listenat(nw, listenaddress(a, r, address), o);
	if (a != one)
		rt_free(a);
	if (r == -EAFNOSUPPORT && *address == ':' && nw->family == AF_UNSPEC) {
		Network v4 = { nw->name, nw->type, AF_INET }; // a kernel without IPv6

		resolve(&v4, address, true, one, &a);
		r = listenat(&v4, one, o);
	}
	return (int)r;
}

int rt_listen(const char *network, const char *address)
{
	rt_listen_options o = { 0 };

	preemptcheck();
	return rt_listen_with(network, address, &o);
}

// Returns whether accept must pause, without descriptors or memory. It does not hold the
// listener meanwhile.
static bool wantsrest(int64_t err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOBUFS || err == -ENOMEM;
}

// Returns whether the connection is gone already, so that accept must take the next one.
static bool wasgone(int64_t err)
{
	return err == -ECONNABORTED || err == -EPROTO;
}

int rt_accept(int fd)
{
	Call c = { __NR_accept4, { (uint32_t)fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC } };
	uint32_t flags, failures = 0;
	bool outside;
	Fd *d;
	int64_t r;

	preemptcheck();
	r = fdlock(fd, PollRead, &d);
	if (r < 0)
		return (int)r;
	do
		r = fdcall(d, PollRead, &c);
	while (wasgone(r));
	raceinput();
	if (REPLAYING && r >= 0 && replaynofd() < 0) {
		closefd((int32_t)r);
		r = -EMFILE;
	}
	flags = d->flags;
	outside = d->kind != FdOwn; // nobody has set the options of its connections
	if (r >= 0)
		d->failures = 0;
	else if (wantsrest(r))
		failures = d->failures += d->failures < 8;
	fdunlock(fd, d, PollRead);
	if (failures > 0)
		rt_sleep(min((int64_t)FirstPause << (failures - 1), (int64_t)MaxPause));
	if (r < 0)
		return (int)r;
	if (outside)
		flags |= FdSocket | (tcpoptions((int32_t)r) ? (uint32_t)FdTcp : 0);
	return (int)fdinstall(r, FdOwn, flags | (flags & FdTcp ? FdStream : 0));
}

// ---- the rest -----------------------------------------------------------------------

int rt_shutdown(int fd, int how)
{
	Fd *d;
	int64_t r;

	preemptcheck();
	raceoutput();
	r = fdref(fd, &d);
	if (r < 0)
		return (int)r;
	r = syscall3(__NR_shutdown, (uint32_t)fd, (uint32_t)how, 0);
	fdunref(fd, d);
	return (int)r;
}

int rt_set_deadline(int fd, int64_t read_when, int64_t write_when)
{
	Fd *d;
	int64_t r;

	preemptcheck();
	raceoutput();
	r = fdref(fd, &d);
	if (r < 0)
		return (int)r;
	if (d->kind == FdFile) {
		r = -EOPNOTSUPP;
	} else {
		netpolldeadline(&d->pd, PollRead, read_when);
		netpolldeadline(&d->pd, PollWrite, write_when);
	}
	fdunref(fd, d);
	return (int)r;
}

int64_t rt_recv_from(int fd, void *buf, size_t n, rt_address *from)
{
	uint32_t size = sizeof from->sockaddr;
	Call c = { __NR_recvfrom, { (uint32_t)fd, ptrarg(buf), n, 0 } };
	int64_t r;

	preemptcheck();
	if (from && !canwrite(from, sizeof *from))
		return -EFAULT;
	checkmemory(buf, n, "the buffer of a read");
	if (from) {
		c.arg[4] = ptrarg(from->sockaddr);
		c.arg[5] = ptrarg(&size);
	}
	r = fdread(fd, &c, n);
	if (from && r >= 0)
		from->size = min(size, (uint32_t)sizeof from->sockaddr);
	racefilled(buf, r, n);
	if (r >= 0)
		racegets(from, sizeof *from);
	return r;
}

int64_t rt_send_to(int fd, const void *buf, size_t n, const rt_address *to)
{
	Call c = { __NR_sendto, { (uint32_t)fd, ptrarg(buf), n, MSG_NOSIGNAL } };
	Fd *d;
	int64_t r;

	preemptcheck();
	if (to && !canread(&to->size, sizeof to->size))
		return -EFAULT;
	checkmemory(buf, n, "the text of a write");
	racetakes(buf, n);
	if (to)
		racetakes(to, offsetof(rt_address, sockaddr));
	if (to) {
		c.arg[4] = ptrarg(to->sockaddr);
		c.arg[5] = to->size;
	}
	r = fdlock(fd, PollWrite, &d);
	if (r < 0)
		return r;
	r = writeall(d, &c, n);
	fdunlock(fd, d, PollWrite);
	return r;
}
