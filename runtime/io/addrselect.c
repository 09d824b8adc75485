// addrselect.c - the order in which the addresses of a name are tried (RFC 6724).
//
// Follows Go's net/addrselect.go: rules 1, 2, 5, 6, 8 and 9 of section 6, the last for
// IPv6 alone, where the rest is left as it is. The source address that the kernel would
// choose is that of a datagram socket connected there, which sends nothing.
#include "runtime/base/str.h"
#include "runtime/io/address.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

// An address as 16 bytes; one of IPv4 is mapped (::ffff:1.2.3.4).
typedef struct {
	uint8_t ip[16];
	bool exists, isipv4;
	uint8_t scope, precedence, label;
} Place;

// RFC 6724 section 2.1, with the longest prefixes first.
typedef struct {
	uint8_t prefix[16], bits, precedence, label;
} Policy;

static const Policy policies[] = {
	{ { [15] = 1 }, 128, 50, 0 },
	{ { [10] = 0xff, 0xff }, 96, 35, 4 },
	{ { 0 }, 96, 1, 3 },
	{ { 0x20, 0x01 }, 32, 5, 5 },
	{ { 0x20, 0x02 }, 16, 30, 2 },
	{ { 0x3f, 0xfe }, 16, 1, 12 },
	{ { 0xfe, 0xc0 }, 10, 1, 11 },
	{ { 0xfc }, 7, 3, 13 },
	{ { 0 }, 0, 40, 1 },
};

// Returns how many of the first limit bits are equal, up to the first that is not.
static int32_t commonbits(const uint8_t *a, const uint8_t *b, int32_t limit)
{
	int32_t n = 0;

	while (n < limit && ((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8) == 0)
		n++;
	return n;
}

// Section 3.1: link-local, site-local or global, and a multicast address says its own.
static uint8_t scopeof(const Place *p)
{
	enum { LinkLocal = 2, SiteLocal = 5, Global = 14 };
	const uint8_t *ip = p->ip;

	if (p->isipv4)
		return ip[12] == 127 || (ip[12] == 169 && ip[13] == 254) ? LinkLocal : Global;
	if (commonbits(ip, policies[0].prefix, 128) == 128) // ::1
		return LinkLocal;
	if (ip[0] == 0xff)
		return ip[1] & 0xf;
	if (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80)
		return LinkLocal;
	return ip[0] == 0xfe && (ip[1] & 0xc0) == 0xc0 ? SiteLocal : Global;
}

static Place placeof(const rt_address *a)
{
	Place p = { .exists = a->size > 0 };
	const Policy *policy = policies;

	if (!p.exists)
		return p;
	if (familyof(a) == AF_INET6) {
		__builtin_memcpy(p.ip, ((const SockaddrIn6 *)a->sockaddr)->addr, 16);
	} else {
		p.isipv4 = true;
		p.ip[10] = p.ip[11] = 0xff;
		__builtin_memcpy(p.ip + 12, ((const SockaddrIn *)a->sockaddr)->addr, 4);
	}
	while (commonbits(p.ip, policy->prefix, policy->bits) < policy->bits)
		policy++;
	p.scope = scopeof(&p);
	p.precedence = policy->precedence;
	p.label = policy->label;
	return p;
}

typedef struct {
	Place to, from;
	rt_address address;
} Destination;

// Returns whether a is better by the difference of a property that one of them may have.
static int32_t prefer(bool a, bool b)
{
	return (int32_t)a - (int32_t)b;
}

// Section 6: more than 0 if a comes before b, 0 if their order stays.
static int32_t compare(const Destination *a, const Destination *b)
{
	int32_t r;

	if (!a->from.exists || !b->from.exists) // rule 1
		return prefer(a->from.exists, b->from.exists);
	r = prefer(a->to.scope == a->from.scope, b->to.scope == b->from.scope); // 2
	if (r == 0)
		r = prefer(a->to.label == a->from.label, b->to.label == b->from.label); // 5
	if (r == 0)
		r = a->to.precedence - b->to.precedence; // 6
	if (r == 0)
		r = b->to.scope - a->to.scope; // 8
	if (r == 0 && !a->to.isipv4 && !b->to.isipv4) // 9: not the part that is the host's
		r = commonbits(a->to.ip, a->from.ip, 64) - commonbits(b->to.ip, b->from.ip, 64);
	return r;
}

void sortbysource(rt_address *a, const rt_address *source, int32_t n)
{
	Destination *d = rt_malloc((size_t)n * sizeof *d);
	int32_t *order = rt_malloc((size_t)n * sizeof *order);

	for (int32_t i = 0; i < n; i++) {
		int32_t k = i;

		d[i] = (Destination){ placeof(&a[i]), placeof(&source[i]), a[i] };
		for (; k > 0 && compare(&d[i], &d[order[k - 1]]) > 0; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (int32_t i = 0; i < n; i++)
		a[i] = d[order[i]].address;
	rt_free(order);
	rt_free(d);
}

// Returns the source address of packets to a; its size is 0 if there is no route.
static rt_address sourceof(const rt_address *a)
{
	enum { AnyPort = 53 };
	rt_address to = *a, from = { 0 };
	int64_t fd = syscall3(__NR_socket, familyof(a),
	                      SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return from;
	setport(&to, AnyPort);
	if (syscall3(__NR_connect, (uint64_t)fd, ptrarg(to.sockaddr), to.size) == 0)
		nameof(__NR_getsockname, (int32_t)fd, &from);
	closefd((int32_t)fd);
	return from;
}

void sortaddresses(rt_address *a, int32_t n)
{
	rt_address *source;

	if (n < 2)
		return;
	source = rt_malloc((size_t)n * sizeof *source);
	for (int32_t i = 0; i < n; i++)
		source[i] = sourceof(&a[i]);
	sortbysource(a, source, n);
	rt_free(source);
}
