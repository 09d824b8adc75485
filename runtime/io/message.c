// message.c - datagrams with what belongs to them: the sender, the address they were sent
// to, their whole length.
//
// The address that an IP datagram was sent to comes as a control message, IP_PKTINFO or
// IPV6_PKTINFO, once the socket is asked for it. An IPv6 socket gets it for IPv4
// datagrams too, as a mapped address. A local socket gets no room for control messages:
// so the kernel drops descriptors that a peer passes, and does not add them here.
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/io/address.h"
#include "runtime/io/fd.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"

typedef enum {
	MessageUnknown,
	MessageStream, // bytes, no messages
	MessageOther,  // local sockets, and families without PKTINFO
	MessageIPv4,
	MessageIPv6,
} MessageKind;

// Has room for other control messages, which the program may have asked for.
typedef union {
	Cmsghdr h;
	char bytes[512];
} Control;

static int64_t findkind(int32_t fd)
{
	int32_t type = 0;
	uint32_t size = sizeof type;
	rt_address a;
	int64_t r = syscall6(__NR_getsockopt, (uint32_t)fd, SOL_SOCKET, SO_TYPE,
	                     ptrarg(&type), ptrarg(&size), 0);

	if (r == 0)
		r = nameof(__NR_getsockname, fd, &a);
	if (r < 0)
		return r;
	if (type == SOCK_STREAM)
		return MessageStream;
	return familyof(&a) == AF_INET ? MessageIPv4
	       : familyof(&a) == AF_INET6 ? MessageIPv6
	                                  : MessageOther;
}

// Returns the MessageKind of a socket with messages, or an error. A reader and a writer
// may find it at once, but they find the kind that the socket always has.
static int64_t kindofmessages(int32_t fd, Fd *d)
{
	int64_t kind = atomic_load_relaxed(&d->messages);

	if (unlikely(kind == MessageUnknown)) {
		kind = findkind(fd);
		if (kind < 0)
			return kind;
		atomic_store_relaxed(&d->messages, (uint8_t)kind);
	}
	return kind == MessageStream ? -EOPNOTSUPP : kind;
}

// ---- receiving ----------------------------------------------------------------------

// Makes the kernel report where datagrams were sent to, and finds the socket's port.
static int64_t askforlocal(int32_t fd, Fd *d, int64_t kind)
{
	rt_address a = { 0 };
	int64_t r;

	if (likely(d->port))
		return 0;
	r = kind == MessageIPv4 ? setopt(fd, IPPROTO_IP, IP_PKTINFO, 1)
	                        : setopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	if (r == 0)
		r = nameof(__NR_getsockname, fd, &a);
	if (r == 0)
		d->port = ((const SockaddrIn *)a.sockaddr)->port; // in one place for both
	return r;
}

static void localipv4(rt_address *a, const InPktinfo *info, uint16_t port)
{
	SockaddrIn *sin = (SockaddrIn *)a->sockaddr;

	sin->family = AF_INET;
	sin->port = port;
	__builtin_memcpy(sin->addr, info->addr, sizeof sin->addr);
	a->size = sizeof *sin;
}

static bool linklocal(const uint8_t *ip)
{
	bool unicast = ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
	bool multicast = ip[0] == 0xff && ((ip[1] & 0xf) == 1 || (ip[1] & 0xf) == 2);

	return unicast || multicast;
}

static void localipv6(rt_address *a, const In6Pktinfo *info, uint16_t port)
{
	SockaddrIn6 *sin6 = (SockaddrIn6 *)a->sockaddr;

	sin6->family = AF_INET6;
	sin6->port = port;
	__builtin_memcpy(sin6->addr, info->addr, sizeof sin6->addr);
	sin6->scope = linklocal(info->addr) ? info->index : 0;
	a->size = sizeof *sin6;
}

// Finds the address among the control messages; a->size stays 0 if it is not there.
static void findlocal(const Msghdr *h, uint16_t port, rt_address *a)
{
	const char *p = h->control, *end = p + h->controllen;

	while ((size_t)(end - p) >= sizeof(Cmsghdr)) {
		const Cmsghdr *c = (const Cmsghdr *)p;
		size_t len = c->len;

		if (len < sizeof *c || len > (size_t)(end - p))
			return;
		if (c->level == IPPROTO_IP && c->type == IP_PKTINFO)
			localipv4(a, (const InPktinfo *)(c + 1), port);
		else if (c->level == IPPROTO_IPV6 && c->type == IPV6_PKTINFO)
			localipv6(a, (const In6Pktinfo *)(c + 1), port);
		p += min(alignup(len, sizeof(size_t)), (size_t)(end - p));
	}
}

static int64_t receive(int32_t fd, Fd *d, rt_message *m)
{
	Control control;
	rt_iovec v = { m->buf, m->n };
	Msghdr h = { .name = m->from.sockaddr, .namelen = sizeof m->from.sockaddr,
		     .iov = &v, .iovlen = 1 };
	Call c = { __NR_recvmsg, { (uint32_t)fd, ptrarg(&h), MSG_TRUNC | MSG_DONTWAIT } };
	int64_t kind = kindofmessages(fd, d), r;
	bool ip = kind == MessageIPv4 || kind == MessageIPv6;

	if (kind < 0)
		return kind;
	if (ip) {
		r = askforlocal(fd, d, kind);
		if (r < 0)
			return r;
		h.control = &control;
		h.controllen = sizeof control;
	}
	r = fdcall(d, PollRead, &c);
	if (r < 0)
		return r;
	m->n = (size_t)r;
	m->flags = h.flags & MSG_TRUNC ? RT_MESSAGE_CUT : 0;
	m->from.size = min(h.namelen, (uint32_t)sizeof m->from.sockaddr);
	__builtin_memset(&m->local, 0, sizeof m->local);
	if (ip)
		findlocal(&h, d->port, &m->local);
	else
		nameof(__NR_getsockname, fd, &m->local);
	return 0;
}

int rt_recv_message(int fd, rt_message *m)
{
	size_t n;
	Fd *d;
	int64_t r;

	preemptcheck();
	if (!canwrite(m, sizeof *m))
		return -EFAULT;
	checkmemory(m->buf, m->n, "the buffer of a read");
	racetakes(m, offsetof(rt_message, from));
	n = m->n;
	r = fdlock(fd, PollRead, &d);
	if (r < 0)
		return (int)r;
	r = receive(fd, d, m);
	fdunlock(fd, d, PollRead);
	raceinput();
	if (r == 0) {
		racegets(m, sizeof *m);
		racefilled(m->buf, (int64_t)m->n, n);
	}
	return (int)r;
}

// ---- sending ------------------------------------------------------------------------

// Adds the address to send from; its port is the socket's anyway.
static void addlocal(Msghdr *h, Control *control, const rt_address *local)
{
	const SockaddrIn6 *sin6 = (const SockaddrIn6 *)local->sockaddr;
	const SockaddrIn *sin = (const SockaddrIn *)local->sockaddr;
	InPktinfo *info = (InPktinfo *)(&control->h + 1);
	In6Pktinfo *info6 = (In6Pktinfo *)(&control->h + 1);
	bool v4 = familyof(local) == AF_INET;
	size_t len = sizeof control->h + (v4 ? sizeof *info : sizeof *info6);

	__builtin_memset(control, 0, sizeof *control);
	control->h = (Cmsghdr){ len, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		                v4 ? IP_PKTINFO : IPV6_PKTINFO };
	if (v4) {
		__builtin_memcpy(info->local, sin->addr, sizeof info->local);
	} else {
		__builtin_memcpy(info6->addr, sin6->addr, sizeof info6->addr);
		info6->index = sin6->scope;
	}
	h->control = control;
	h->controllen = alignup(len, sizeof(size_t));
}

// Returns whether the kernel would heed the address; it ignores one of the other family.
static bool fits(int64_t kind, const rt_address *local, const rt_address *to)
{
	uint16_t family = familyof(local);

	if (to->size >= sizeof family)
		return family == familyof(to);
	return family == (kind == MessageIPv4 ? AF_INET : AF_INET6);
}

static int64_t transmit(int32_t fd, Fd *d, const rt_message *m)
{
	Control control;
	rt_address to = m->from, local = m->local;
	rt_iovec v = { m->buf, m->n };
	Msghdr h = { .iov = &v, .iovlen = 1 };
	Call c = { __NR_sendmsg,
		   { (uint32_t)fd, ptrarg(&h), MSG_NOSIGNAL | MSG_DONTWAIT } };
	int64_t kind = kindofmessages(fd, d), r;

	if (kind < 0)
		return kind;
	if (to.size > 0) {
		h.name = to.sockaddr;
		h.namelen = to.size;
	}
	if (local.size > 0 && kind != MessageOther) {
		if (!fits(kind, &local, &to))
			return -EAFNOSUPPORT;
		addlocal(&h, &control, &local);
	}
	r = fdcall(d, PollWrite, &c);
	return min(r, (int64_t)0);
}

int rt_send_message(int fd, const rt_message *m)
{
	Fd *d;
	int64_t r;

	preemptcheck();
	if (!canread(m, sizeof *m))
		return -EFAULT;
	checkmemory(m->buf, m->n, "the text of a write");
	racetakes(m, sizeof *m);
	racetakes(m->buf, m->n);
	raceoutput();
	r = fdlock(fd, PollWrite, &d);
	if (r < 0)
		return (int)r;
	r = transmit(fd, d, m);
	fdunlock(fd, d, PollWrite);
	if (r < 0)
		raceinput();
	return (int)r;
}
