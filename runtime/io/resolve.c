// resolve.c - the addresses of a name: /etc/hosts, then the servers of /etc/resolv.conf.
//
// Two goroutines ask for A and AAAA concurrently. Each asks the servers in turn, and all of them
// again (options attempts), with a limit of time for each question (options timeout). If a short
// answer says that there is more, the question is asked again by TCP. An answer counts only if it
// comes from the server's address and repeats number and question; the number is random, and so
// is our port, by the kernel.
//
// Follows Go's net/dnsclient_unix.go.
#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/io/dns.h"
#include "runtime/io/fd.h"
#include "runtime/io/names.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"

enum { GRND_NONBLOCK = 1 };

// ---- one question -------------------------------------------------------------------

// A question for one name and type; its memory is the asking goroutine's until wg is done.
typedef struct {
	ResolvConf *conf;
	const char *name;
	uint16_t type, id;
	rt_address *found; // to be freed
	int32_t n;
	int64_t err; // 0, -ENOENT: there is none; -ETIMEDOUT and others: nobody could say
	rt_waitgroup *wg;
	uint8_t question[2 + DnsMaxQuery]; // behind its length, for TCP
	uint32_t len;
	uint8_t udp[DnsUdpSize];
} Query;

static uint16_t randomid(void)
{
	uint16_t id = 0;

	if (syscall3(__NR_getrandom, ptrarg(&id), sizeof id, GRND_NONBLOCK) != sizeof id)
		id = (uint16_t)fastrand();
	return id;
}

static DnsResult judge(Query *q, const uint8_t *msg, int64_t len)
{
	int32_t room = dnsroom(msg, (uint32_t)len);

	rt_free(q->found);
	q->found = rt_malloc((size_t)max(room, 1) * sizeof *q->found);
	return dnsanswer(msg, (uint32_t)len, q->id, q->name, q->type, q->found, room, &q->n);
}

static int64_t readfull(int32_t fd, uint8_t *p, int64_t n)
{
	for (int64_t done = 0, r; done < n; done += r) {
		r = rt_read(fd, p + done, (size_t)(n - done));
		if (r <= 0)
			return r < 0 ? r : -ECONNRESET;
	}
	return 0;
}

// What a server cuts off of an answer by TCP does not come at all: that it did so is no
// matter.
static int64_t overtcp(Query *q, int32_t fd, DnsResult *res)
{
	enum { TruncatedByte = 2, TruncatedBit = 2 };
	uint8_t size[2], *msg;
	int64_t r, n;

	r = rt_write(fd, q->question, q->len + 2);
	if (r >= 0)
		r = readfull(fd, size, 2);
	if (r < 0)
		return r;
	n = size[0] << 8 | size[1];
	msg = rt_calloc(1, (size_t)max(n, (int64_t)TruncatedByte + 1));
	r = readfull(fd, msg, n);
	msg[TruncatedByte] &= (uint8_t)~TruncatedBit;
	if (r == 0)
		*res = judge(q, msg, n);
	rt_free(msg);
	return r;
}

// Asks by UDP. Ignores what is not an answer to the question, from any sender.
static int64_t overudp(Query *q, int32_t fd, DnsResult *res)
{
	int64_t r = rt_write(fd, q->question + 2, q->len);

	while (r >= 0) {
		r = rt_read(fd, q->udp, sizeof q->udp);
		if (r < 0)
			break;
		*res = judge(q, q->udp, r);
		if (*res != DnsNotOurs)
			return 0;
	}
	return r;
}

static int64_t askserver(Query *q, const rt_address *server, const char *network,
                         DnsResult *res)
{
	int64_t until = nanotime() + q->conf->timeout, r;
	int64_t fd = dialto(findnetwork(network), server, until);

	if (fd < 0)
		return fd;
	rt_set_deadline((int)fd, until, until);
	if (*network == 't')
		r = overtcp(q, (int32_t)fd, res);
	else
		r = overudp(q, (int32_t)fd, res);
	rt_close((int)fd);
	return r;
}

// Asks one server; returns true if its answer is final.
static bool finalanswer(Query *q, const rt_address *server)
{
	DnsResult res = DnsServer;

	q->err = askserver(q, server, q->conf->usetcp ? "tcp" : "udp", &res);
	if (q->err == 0 && res == DnsTruncated)
		q->err = askserver(q, server, "tcp", &res);
	if (q->err)
		return false;
	q->err = res == DnsOk ? 0 : res == DnsNoName ? -ENOENT : -EAGAIN;
	return q->err != -EAGAIN;
}

// Writes the question, each time with another number. Returns whether the name is one.
static bool makequestion(Query *q)
{
	q->id = randomid();
	q->len = dnsquestion(q->question + 2, q->id, q->name, q->type, q->conf->trustad);
	q->question[0] = (uint8_t)(q->len >> 8);
	q->question[1] = (uint8_t)q->len;
	return q->len > 0;
}

static void askall(Query *q)
{
	ResolvConf *c = q->conf;
	uint32_t n = (uint32_t)c->nservers;
	uint32_t first = c->rotate ? atomic_xadd(&c->turn, 1) - 1 : 0; // no order needed

	q->err = -ENOENT;
	for (int32_t i = 0; i < c->attempts; i++) {
		for (uint32_t k = 0; k < n; k++) {
			if (!makequestion(q) || finalanswer(q, &c->servers[(first + k) % n]))
				return;
		}
	}
}

static void asking(void *arg)
{
	Query *q = arg;

	askall(q);
	rt_waitgroup_done(q->wg);
}

// ---- names --------------------------------------------------------------------------

// Adds what q has found to the n addresses at *a. Returns how many there are then.
static int32_t addfound(const Query *q, rt_address **a, int32_t n)
{
	if (q->err != 0 || q->n == 0)
		return n;
	*a = rt_realloc(*a, (size_t)(n + q->n) * sizeof **a);
	for (int32_t i = 0; i < q->n; i++)
		(*a)[n + i] = q->found[i];
	return n + q->n;
}

// The name's suffix is no server's business (RFC 7686).
static bool isonion(const char *name)
{
	static const char suffix[] = ".onion";
	uintptr_t n = strlength(name), len = sizeof suffix - 1;

	if (n > 0 && name[n - 1] == '.')
		n--;
	for (uintptr_t i = 0; n >= len && i < len; i++) {
		char c = name[n - len + i];

		if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != suffix[i])
			return false;
	}
	return n >= len;
}

// Asks for the full name. Returns how many addresses there are, or an error: -ENOENT when
// the servers know that there is none.
static int64_t askname(ResolvConf *conf, const char *name, int32_t family, rt_address **a)
{
	static const struct {
		int32_t family;
		uint16_t type;
	} kinds[] = { { AF_INET, DnsA }, { AF_INET6, DnsAAAA } };
	Query *q[2] = { NULL, NULL };
	rt_waitgroup wg = { 0 };
	int64_t err = -ENOENT;
	int32_t found = 0;

	if (isonion(name))
		return err;
	for (uint32_t i = 0; i < nelem(kinds); i++) {
		if (family != AF_UNSPEC && family != kinds[i].family)
			continue;
		q[i] = rt_calloc(1, sizeof *q[i]);
		q[i]->conf = conf;
		q[i]->name = name;
		q[i]->type = kinds[i].type;
		q[i]->wg = &wg;
		if (conf->singlerequest) {
			askall(q[i]);
			continue;
		}
		rt_waitgroup_add(&wg, 1);
		rt_go(asking, q[i]);
	}
	rt_waitgroup_wait(&wg);
	for (uint32_t i = 0; i < nelem(kinds); i++) {
		if (!q[i])
			continue;
		found = addfound(q[i], a, found);
		if (q[i]->err != 0 && q[i]->err != -ENOENT)
			err = q[i]->err;
		rt_free(q[i]->found);
		rt_free(q[i]);
	}
	return found > 0 ? found : err;
}

// Makes host.domain; returns false if that is too long.
static bool join(char *name, const char *host, const char *domain)
{
	return rt_snprintf(name, MaxHost, "%s.%s", host, domain) < MaxHost;
}

// host in each of the search domains. The last error that is not "there is none" counts.
static int64_t asksearch(ResolvConf *conf, const char *host, int32_t family, rt_address **a)
{
	char name[MaxHost];
	int64_t err = -ENOENT, r;

	for (int32_t i = 0; i < conf->nsearch; i++) {
		if (!join(name, host, conf->search[i]))
			continue;
		r = askname(conf, name, family, a);
		if (r > 0)
			return r;
		if (r != -ENOENT)
			err = r;
	}
	return err;
}

// Letters, digits, '_', '-' and dots, but no digits alone, and no label that is empty or
// begins or ends with '-': a server is asked for nothing else.
static bool isdomainname(const char *host)
{
	bool named = false;
	char last = '.';

	for (; *host; last = *host++) {
		char c = *host;
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (letter || c == '_' || (c == '-' && last != '.'))
			named = true;
		else if ((c < '0' || c > '9') && (c != '.' || last == '.' || last == '-'))
			return false;
	}
	return named && last != '-';
}

static int64_t askdns(const char *host, int32_t family, rt_address **a)
{
	ResolvConf *conf;
	int32_t dots = 0;
	int64_t r, r2;

	if (!isdomainname(host))
		return -ENOENT;
	conf = getconf();
	for (const char *p = host; *p; p++)
		dots += *p == '.';
	if (host[strlength(host) - 1] == '.') {
		r = askname(conf, host, family, a);
	} else if (dots >= conf->ndots) {
		r = askname(conf, host, family, a);
		if (r <= 0 && (r2 = asksearch(conf, host, family, a)) != -ENOENT)
			r = r2;
	} else {
		r = asksearch(conf, host, family, a);
		if (r <= 0 && (r2 = askname(conf, host, family, a)) != -ENOENT)
			r = r2;
	}
	putconf(conf);
	return r;
}

// Drops what is an IPv4 address after all, if it is not of the family. Returns how many are
// left.
static int64_t unmapall(rt_address *a, int64_t n, int32_t family)
{
	int64_t left = 0;

	for (int64_t i = 0; i < n; i++) {
		unmap(&a[i]);
		if (family == AF_UNSPEC || family == familyof(&a[i]))
			a[left++] = a[i];
	}
	return left;
}

int64_t lookuphost(const char *host, int32_t family, rt_address **a)
{
	int64_t r = searchhosts(host, family, a);

	if (r == 0 && samehost(host, "localhost")) { // that is no server's business
		*a = rt_malloc(sizeof **a);
		parseip(family == AF_INET6 ? "::1" : "127.0.0.1", *a);
		return 1;
	}
	if (r == 0)
		r = askdns(host, family, a);
	if (r > 0)
		r = unmapall(*a, r, family);
	if (r == 0) {
		rt_free(*a);
		r = -ENOENT;
	}
	if (r > 0)
		sortaddresses(*a, (int32_t)r);
	return r;
}

bool isnumeric(const char *host)
{
	for (; *host; host++) {
		if (*host == ':')
			return true;
	}
	return false;
}

int rt_lookup_host(const char *host, rt_address *a, int n)
{
	rt_address *all;
	int64_t r;

	preemptcheck();
	if (n <= 0 || *host == '\0' || strlength(host) >= MaxHost)
		return -EINVAL;
	if (parseip(host, a)) {
		unmap(a);
		return 1;
	}
	if (isnumeric(host))
		return -EINVAL;
	r = lookuphost(host, AF_UNSPEC, &all);
	if (r <= 0)
		return (int)r;
	r = min(r, (int64_t)n);
	for (int64_t i = 0; i < r; i++)
		a[i] = all[i];
	rt_free(all);
	return (int)r;
}
