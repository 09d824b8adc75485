// dns.c - writing questions and reading answers of the domain name system (RFC 1035).
//
// A message from the network may contain anything. Every read is checked against the message's
// end. A compressed name may continue only at an earlier place, each time earlier than before,
// so that reading it ends.
#include "runtime/io/dns.h"

#include "runtime/base/str.h"

enum {
	HeaderSize = 12,
	TypeCname = 5, TypeOpt = 41, ClassIn = 1,
	Response = 0x8000, Authoritative = 0x400, Truncated = 0x200, RecursionDesired = 0x100,
	RecursionAvailable = 0x80, AuthenticData = 0x20, RcodeMask = 0xf, // flags
	NameError = 3, // rcode
	MaxCnames = 64,
};

// ---- writing ------------------------------------------------------------------------

static uint8_t *put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

// Labels of 1 to 63 bytes; a dot at the end is fine. NULL: not a name.
static uint8_t *putname(uint8_t *p, const char *name)
{
	uint8_t *start = p;

	while (*name) {
		uint8_t *len = p++;

		for (; *name && *name != '.'; name++) {
			if (p - len > 63 || p - start > 253)
				return NULL;
			*p++ = (uint8_t)*name;
		}
		*len = (uint8_t)(p - len - 1);
		if (*len == 0)
			return NULL;
		if (*name == '.')
			name++;
	}
	*p++ = 0;
	return p - start > 1 ? p : NULL;
}

uint32_t dnsquestion(uint8_t *msg, uint16_t id, const char *name, uint16_t type, bool ad)
{
	uint8_t *p = msg;

	p = put16(p, id);
	p = put16(p, RecursionDesired | (ad ? AuthenticData : 0));
	p = put16(p, 1);
	p = put16(p, 0);
	p = put16(p, 0);
	p = put16(p, 1);
	p = putname(p, name);
	if (!p)
		return 0;
	p = put16(p, type);
	p = put16(p, ClassIn);
	*p++ = 0; // EDNS: we take more than 512 bytes
	p = put16(p, TypeOpt);
	p = put16(p, DnsUdpSize);
	p = put16(p, 0);
	p = put16(p, 0);
	p = put16(p, 0);
	return (uint32_t)(p - msg);
}

// ---- reading ------------------------------------------------------------------------

typedef struct {
	const uint8_t *msg;
	uint32_t len, at;
	bool bad; // read beyond the end, or nonsense
} Reader;

static uint32_t get8(Reader *r)
{
	if (r->at >= r->len) {
		r->bad = true;
		return 0;
	}
	return r->msg[r->at++];
}

static uint32_t get16(Reader *r)
{
	uint32_t high = get8(r);

	return high << 8 | get8(r);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

// Reads a name as text with a dot behind each label, in lower case. A dot within a label
// becomes a character that is in no name of ours.
static void getname(Reader *r, char *name)
{
	uint32_t earliest = r->at, behind = 0, n = 0;

	for (;;) {
		uint32_t len = get8(r);

		if (len == 0 || r->bad)
			break;
		if (len >= 0xc0) {
			uint32_t to = (len & 0x3f) << 8 | get8(r);

			if (behind == 0)
				behind = r->at;
			if (to >= earliest) {
				r->bad = true;
				break;
			}
			r->at = earliest = to;
			continue;
		}
		if (len > 63 || n + len + 1 >= MaxHost) {
			r->bad = true;
			break;
		}
		for (; len > 0; len--) {
			char c = (char)get8(r);

			name[n++] = c == '.' || c == '\0' ? '\1' : lower(c);
		}
		name[n++] = '.';
	}
	name[n] = '\0';
	if (behind != 0)
		r->at = behind;
}

// name is text of ours, with or without the last dot and in any case.
static bool samename(const char *wire, const char *name)
{
	for (; *name; wire++, name++) {
		if (*wire != lower(*name))
			return false;
	}
	return *wire == '\0' || (wire[0] == '.' && wire[1] == '\0');
}

typedef struct {
	char name[MaxHost];
	uint32_t type, class, len;
	uint32_t rcode; // the upper bits, if type is TypeOpt
	uint32_t at; // of its data
} Record;

static bool getrecord(Reader *r, Record *rec)
{
	getname(r, rec->name);
	rec->type = get16(r);
	rec->class = get16(r);
	rec->rcode = get8(r); // the time to live in other records
	get8(r);
	get16(r);
	rec->len = get16(r);
	rec->at = r->at;
	if (r->bad || rec->len > r->len - r->at)
		return false;
	r->at += rec->len;
	return true;
}

static void takeaddress(const Reader *r, const Record *rec, rt_address *a)
{
	SockaddrIn *sin = (SockaddrIn *)a->sockaddr;
	SockaddrIn6 *sin6 = (SockaddrIn6 *)a->sockaddr;

	__builtin_memset(a, 0, sizeof *a);
	if (rec->type == DnsA) {
		sin->family = AF_INET;
		__builtin_memcpy(sin->addr, r->msg + rec->at, 4);
		a->size = sizeof *sin;
	} else {
		sin6->family = AF_INET6;
		__builtin_memcpy(sin6->addr, r->msg + rec->at, 16);
		a->size = sizeof *sin6;
	}
}

// Reads the addresses of name from count records from r on. Returns true if name was an alias:
// it has become the target of the alias.
static bool gather(Reader r, uint32_t count, char *name, uint32_t type, rt_address *a,
                   int32_t max, int32_t *n)
{
	Record rec;

	*n = 0;
	for (; count > 0 && getrecord(&r, &rec); count--) {
		if (rec.class != ClassIn || !samename(rec.name, name))
			continue;
		if (rec.type == TypeCname) {
			r.at = rec.at;
			getname(&r, name);
			return !r.bad;
		}
		if (rec.type == type && rec.len == (type == DnsA ? 4 : 16) && *n < max)
			takeaddress(&r, &rec, &a[(*n)++]);
	}
	return false;
}

static bool isquestion(Reader *r, const char *name, uint32_t type)
{
	char asked[MaxHost];

	getname(r, asked);
	return samename(asked, name) && get16(r) == type && get16(r) == ClassIn && !r->bad;
}

// The upper bits of the result, which are with the options among count records from r on.
static uint32_t extendedrcode(Reader r, uint32_t count)
{
	Record rec;

	for (; count > 0 && getrecord(&r, &rec); count--) {
		if (rec.type == TypeOpt)
			return rec.rcode << 4;
	}
	return 0;
}

// The addresses of name, by the aliases that the answer has. DnsServer: no record can be read.
static DnsResult addresses(Reader r, uint32_t answers, const char *name, uint32_t type,
                           rt_address *a, int32_t max, int32_t *n)
{
	char target[MaxHost];
	Record rec;

	__builtin_memcpy(target, name, strlength(name) + 1);
	for (int32_t i = 0; i < MaxCnames && gather(r, answers, target, type, a, max, n); i++)
		;
	if (*n > 0)
		return DnsOk;
	while (answers > 0 && getrecord(&r, &rec))
		answers--;
	return answers > 0 ? DnsServer : DnsNoName;
}

int32_t dnsroom(const uint8_t *msg, uint32_t len)
{
	enum { SmallestRecord = 1 + 10 + 4 };
	int32_t answers = len < HeaderSize ? 0 : msg[6] << 8 | msg[7];

	return min(answers, (int32_t)(len / SmallestRecord));
}

DnsResult dnsanswer(const uint8_t *msg, uint32_t len, uint16_t id, const char *name,
                    uint16_t type, rt_address *a, int32_t max, int32_t *n)
{
	Reader r = { .msg = msg, .len = len };
	uint32_t flags, questions, answers, others, rcode;

	*n = 0;
	if (get16(&r) != id)
		return DnsNotOurs;
	flags = get16(&r);
	questions = get16(&r);
	answers = get16(&r);
	others = get16(&r);
	others += get16(&r);
	if (r.bad || !(flags & Response) || questions != 1 || !isquestion(&r, name, type))
		return DnsNotOurs;
	if (flags & Truncated)
		return DnsTruncated;
	rcode = extendedrcode(r, answers + others) | (flags & RcodeMask);
	if (rcode == NameError)
		return DnsNoName;
	if (rcode != 0)
		return DnsServer;
	// A server that does not know the name and asks no other has nothing to say about it.
	if (answers == 0 && !(flags & (Authoritative | RecursionAvailable)))
		return DnsServer;
	return addresses(r, answers, name, type, a, max, n);
}
