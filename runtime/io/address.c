// address.c - socket addresses from text, and text from them.
#include "runtime/io/address.h"

#include "runtime/base/format.h"
#include "runtime/base/str.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

static uint16_t swap16(uint32_t n)
{
	return (uint16_t)(n << 8 | (n >> 8 & 0xff));
}

uint16_t familyof(const rt_address *a)
{
	return ((const SockaddrIn *)a->sockaddr)->family;
}

const Network *findnetwork(const char *name)
{
	static const Network networks[] = {
		{ "tcp", SOCK_STREAM, AF_UNSPEC }, { "tcp4", SOCK_STREAM, AF_INET },
		{ "tcp6", SOCK_STREAM, AF_INET6 }, { "udp", SOCK_DGRAM, AF_UNSPEC },
		{ "udp4", SOCK_DGRAM, AF_INET },   { "udp6", SOCK_DGRAM, AF_INET6 },
		{ "unix", SOCK_STREAM, AF_UNIX },  { "unixgram", SOCK_DGRAM, AF_UNIX },
		{ "unixpacket", SOCK_SEQPACKET, AF_UNIX },
	};

	for (uint32_t i = 0; i < nelem(networks); i++) {
		if (streq(networks[i].name, name))
			return &networks[i];
	}
	return NULL;
}

// ---- from text ----------------------------------------------------------------------

static const char *parseipv4(const char *s, uint8_t *ip)
{
	for (int32_t i = 0; i < 4; i++) {
		uint32_t n = 0, digits = 0;

		if (i > 0 && *s++ != '.')
			return NULL;
		for (; *s >= '0' && *s <= '9'; s++, digits++) {
			if (digits > 0 && n == 0) // 010 is 8 to some, 10 to others
				return NULL;
			n = 10 * n + (uint32_t)(*s - '0');
			if (n > 255)
				return NULL;
		}
		if (digits == 0)
			return NULL;
		ip[i] = (uint8_t)n;
	}
	return s;
}

static int32_t hexdigit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Parses up to eight groups; "::" means as many zeros as are missing. The last four bytes may
// be an IPv4 address.
static const char *parseipv6(const char *s, uint8_t *ip)
{
	int32_t n = 0, gap = -1;

	__builtin_memset(ip, 0, 16);
	if (s[0] == ':' && s[1] == ':') {
		gap = 0;
		s += 2;
	}
	while (n < 16 && hexdigit(*s) >= 0) {
		const char *group = s, *end;
		uint32_t v = 0;

		if (n <= 12 && (end = parseipv4(s, ip + n))) {
			n += 4;
			s = end;
			break;
		}
		for (; hexdigit(*s) >= 0; s++)
			v = v << 4 | (uint32_t)hexdigit(*s);
		if (s - group > 4)
			return NULL;
		ip[n++] = (uint8_t)(v >> 8);
		ip[n++] = (uint8_t)v;
		if (*s != ':' || n == 16)
			break;
		s++;
		if (*s == ':') {
			if (gap >= 0)
				return NULL;
			gap = n;
			s++;
		} else if (hexdigit(*s) < 0) {
			return NULL;
		}
	}
	if ((gap < 0) != (n == 16))
		return NULL;
	for (int32_t i = 1; gap >= 0 && i <= n - gap; i++) {
		ip[16 - i] = ip[n - i];
		ip[n - i] = 0;
	}
	return s;
}

// Returns the number of the interface in "fe80::1%eth0".
static bool parsezone(const char *s, uint32_t *scope)
{
	struct {
		char name[16];
		int32_t index;
		uint8_t rest[20];
	} req = { { 0 }, 0, { 0 } };
	uint64_t n;
	int64_t fd, r;

	if (atou64(s, &n)) {
		*scope = (uint32_t)n;
		return n > 0 && n <= UINT32_MAX;
	}
	if (*s == '\0' || strlength(s) >= sizeof req.name)
		return false;
	__builtin_memcpy(req.name, s, strlength(s));
	fd = syscall3(__NR_socket, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	r = syscall3(__NR_ioctl, (uint64_t)fd, SIOCGIFINDEX, ptrarg(&req));
	closefd((int32_t)fd);
	*scope = (uint32_t)req.index;
	return r == 0;
}

bool parseip(const char *text, rt_address *a)
{
	SockaddrIn *sin = (SockaddrIn *)a->sockaddr;
	SockaddrIn6 *sin6 = (SockaddrIn6 *)a->sockaddr;
	const char *end;

	__builtin_memset(a, 0, sizeof *a);
	end = parseipv4(text, sin->addr);
	if (end && *end == '\0') {
		sin->family = AF_INET;
		a->size = sizeof *sin;
		return true;
	}
	__builtin_memset(a, 0, sizeof *a);
	end = parseipv6(text, sin6->addr);
	sin6->family = AF_INET6;
	a->size = sizeof *sin6;
	if (end && *end == '%')
		return parsezone(end + 1, &sin6->scope);
	return end && *end == '\0';
}

// "::ffff:1.2.3.4" is an IPv4 address.
static const uint8_t mapped[12] = { [10] = 0xff, 0xff };

void unmap(rt_address *a)
{
	const SockaddrIn6 in6 = *(const SockaddrIn6 *)a->sockaddr;
	SockaddrIn *sin = (SockaddrIn *)a->sockaddr;

	if (in6.family != AF_INET6 || __builtin_memcmp(in6.addr, mapped, sizeof mapped) != 0)
		return;
	__builtin_memset(a, 0, sizeof *a);
	sin->family = AF_INET;
	sin->port = in6.port;
	__builtin_memcpy(sin->addr, in6.addr + sizeof mapped, sizeof sin->addr);
	a->size = sizeof *sin;
}

void setport(rt_address *a, uint16_t port)
{
	((SockaddrIn *)a->sockaddr)->port = swap16(port); // a SockaddrIn6 has it there too
}

int64_t splithostport(const char *text, char *host, uint16_t *port)
{
	const char *colon = NULL, *end;
	uint64_t n;

	for (const char *p = text; *p; p++) {
		if (*p == ':')
			colon = p;
	}
	if (!colon || !atou64(colon + 1, &n) || n > 65535)
		return -EINVAL;
	end = colon;
	if (*text == '[') {
		if (end == text || *--end != ']')
			return -EINVAL;
		text++;
	}
	if (end - text >= MaxHost)
		return -EINVAL;
	for (const char *p = text; p < end; p++) {
		if (*p == '[' || *p == ']' || (*p == ':' && *end != ']'))
			return -EINVAL;
	}
	__builtin_memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	*port = (uint16_t)n;
	return 0;
}

int64_t parseunix(const char *path, rt_address *a)
{
	SockaddrUn *sun = (SockaddrUn *)a->sockaddr;
	uintptr_t n = strlength(path);

	__builtin_memset(a, 0, sizeof *a);
	// An abstract name begins with a zero and has none at its end, a path has.
	if (n == 0 || n + (*path != '@') > sizeof sun->path)
		return -EINVAL;
	sun->family = AF_UNIX;
	__builtin_memcpy(sun->path, path, n);
	a->size = (uint32_t)(offsetof(SockaddrUn, path) + n + 1);
	if (*path == '@') {
		sun->path[0] = '\0';
		a->size--;
	}
	return 0;
}

int rt_address_parse(rt_address *a, const char *network, const char *text)
{
	const Network *nw = findnetwork(network);
	char host[MaxHost];
	uint16_t port;

	if (!nw)
		return -EINVAL;
	if (nw->family == AF_UNIX)
		return (int)parseunix(text, a);
	if (splithostport(text, host, &port) < 0 || !parseip(host, a))
		return -EINVAL;
	if (nw->family == AF_INET)
		unmap(a); // others may be for a socket of IPv6, which wants IPv4 addresses so
	if (nw->family != AF_UNSPEC && nw->family != familyof(a))
		return -EAFNOSUPPORT;
	setport(a, port);
	return 0;
}

// ---- to text ------------------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static void say(Out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(out, fmt, ap);
	va_end(ap);
}

static void sayipv4(Out *out, const uint8_t *ip)
{
	say(out, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

// Formats as RFC 5952 wants it: the longest row of zero groups, the first of equals, is "::".
static void sayipv6(Out *out, const uint8_t *ip)
{
	int32_t from = -1, len = 1;

	for (int32_t i = 0, j; i < 8; i = j + 1) {
		for (j = i; j < 8 && ip[2 * j] == 0 && ip[2 * j + 1] == 0; j++)
			;
		if (j - i > len) {
			from = i;
			len = j - i;
		}
	}
	for (int32_t i = 0; i < 8; i++) {
		if (i == from) {
			say(out, "::");
			i += len - 1;
			continue;
		}
		if (i > 0 && i != from + len)
			say(out, ":");
		say(out, "%x", (uint32_t)ip[2 * i] << 8 | ip[2 * i + 1]);
	}
}

static void sayin6(Out *out, const SockaddrIn6 *sin6)
{
	if (__builtin_memcmp(sin6->addr, mapped, sizeof mapped) == 0) {
		sayipv4(out, sin6->addr + 12);
	} else {
		say(out, "[");
		sayipv6(out, sin6->addr);
		if (sin6->scope != 0)
			say(out, "%%%u", sin6->scope);
		say(out, "]");
	}
}

static void sayunix(Out *out, const SockaddrUn *sun, uint32_t size)
{
	uint32_t n = size > offsetof(SockaddrUn, path) ? size - offsetof(SockaddrUn, path) : 0;

	if (n > sizeof sun->path)
		n = sizeof sun->path;
	if (n > 0 && sun->path[0] == '\0') {
		emitText(out, "@", 1);
		emitText(out, sun->path + 1, n - 1);
		return;
	}
	for (uint32_t i = 0; i < n && sun->path[i] != '\0'; i++)
		emitText(out, &sun->path[i], 1);
}

int rt_address_format(const rt_address *a, char *buf, size_t size)
{
	const SockaddrIn *sin = (const SockaddrIn *)a->sockaddr;
	Out out = { .buf = buf, .size = size };

	switch (a->size < sizeof sin->family ? AF_UNSPEC : familyof(a)) {
	case AF_INET:
		sayipv4(&out, sin->addr);
		say(&out, ":%u", swap16(sin->port));
		break;
	case AF_INET6:
		sayin6(&out, (const SockaddrIn6 *)a->sockaddr);
		say(&out, ":%u", swap16(sin->port));
		break;
	case AF_UNIX:
		sayunix(&out, (const SockaddrUn *)a->sockaddr, a->size);
		break;
	default:
		break;
	}
	if (size > 0)
		buf[min((size_t)out.total, size - 1)] = '\0';
	return (int)out.total;
}

// ---- comparing ----------------------------------------------------------------------

// What an address says, without what the kernel leaves open: unused bytes, the terminator of a
// path. An IPv4 address is its mapped form.
typedef struct {
	uint16_t family, port;
	uint32_t scope;
	const char *name; // of n bytes
	uintptr_t n;
	uint8_t ip[16];
} Meaning;

static bool meaningunix(Meaning *m, const rt_address *a)
{
	const SockaddrUn *sun = (const SockaddrUn *)a->sockaddr;
	uintptr_t head = offsetof(SockaddrUn, path), size = min(a->size, (uint32_t)sizeof *sun);

	m->name = sun->path;
	m->n = size > head ? size - head : 0;
	if (m->n > 0 && sun->path[0] != '\0') {
		uintptr_t n = 0;

		while (n < m->n && sun->path[n] != '\0')
			n++;
		m->n = n;
	}
	return true;
}

// False: only equal bytes are equal.
static bool meaning(Meaning *m, const rt_address *a)
{
	const SockaddrIn *sin = (const SockaddrIn *)a->sockaddr;
	const SockaddrIn6 *sin6 = (const SockaddrIn6 *)a->sockaddr;

	__builtin_memset(m, 0, sizeof *m);
	m->family = a->size < sizeof sin->family ? AF_UNSPEC : familyof(a);
	if (m->family == AF_UNIX)
		return meaningunix(m, a);
	if (m->family == AF_INET6 && a->size >= sizeof *sin6) {
		m->port = sin6->port;
		m->scope = sin6->scope;
		__builtin_memcpy(m->ip, sin6->addr, sizeof m->ip);
		return true;
	}
	if (m->family == AF_INET && a->size >= offsetof(SockaddrIn, zero)) {
		m->family = AF_INET6;
		m->port = sin->port;
		m->ip[10] = m->ip[11] = 0xff;
		__builtin_memcpy(m->ip + 12, sin->addr, sizeof sin->addr);
		return true;
	}
	return false;
}

bool rt_address_equal(const rt_address *a, const rt_address *b)
{
	uintptr_t size = min(a->size, (uint32_t)sizeof a->sockaddr);
	Meaning x, y;

	if (!meaning(&x, a) || !meaning(&y, b))
		return a->size == b->size && __builtin_memcmp(a->sockaddr, b->sockaddr, size) == 0;
	return x.family == y.family && x.port == y.port && x.scope == y.scope && x.n == y.n &&
	       __builtin_memcmp(x.ip, y.ip, sizeof x.ip) == 0 &&
	       __builtin_memcmp(x.name, y.name, x.n) == 0;
}
