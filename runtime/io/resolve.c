// resolve.c - the addresses of a name: /etc/hosts, then the servers of /etc/resolv.conf.
//
// Both files are read for each name. Two goroutines ask for A and AAAA concurrently. Each asks
// the servers in turn, and all of them again (options attempts), with a limit of time for each
// question (options timeout). If a short answer says that there is more, the question is asked
// again by TCP. An answer counts only if it comes from the server's address and repeats number
// and question; the number is random, and so is our port, by the kernel.
//
// IPv4 addresses come first, because without a route to one the attempt fails at once.
#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/io/dns.h"
#include "runtime/io/fd.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/yieldcheck.h"

enum {
	MaxServers = 3, MaxSearch = 6, MaxAnswers = 8, MaxFile = 1 << 20,
	GRND_NONBLOCK = 1,
};

// Not constants, so that a test can have its own.
const char *hostspath = "/etc/hosts", *resolvpath = "/etc/resolv.conf";
uint16_t dnsport = 53;

typedef struct {
	rt_address servers[MaxServers];
	int32_t nservers;
	char *search[MaxSearch]; // in text
	int32_t nsearch;
	int32_t ndots, attempts;
	int64_t timeout;
	char *text; // the file
} Conf;

// ---- reading files ------------------------------------------------------------------

// Returns the whole file as text, to be freed; NULL if it cannot be read.
static char *readfile(const char *path)
{
	int fd = rt_open(path, O_RDONLY, 0);
	size_t n = 0, cap = 4096;
	char *buf;
	int64_t r;

	if (fd < 0)
		return NULL;
	buf = rt_malloc(cap);
	while ((r = rt_read(fd, buf + n, cap - n - 1)) > 0) {
		n += (size_t)r;
		if (n == cap - 1 && cap < MaxFile)
			buf = rt_realloc(buf, cap *= 2);
		else if (n == cap - 1)
			break;
	}
	rt_close(fd);
	buf[n] = '\0';
	return buf;
}

static bool isblank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

// Returns the next word of a line, terminated; NULL at its end or at a comment.
static char *nextword(char **line)
{
	char *p = *line, *word;

	while (isblank(*p))
		p++;
	if (*p == '\0' || *p == '#' || *p == ';')
		return NULL;
	for (word = p; *p && !isblank(*p) && *p != '#'; p++)
		;
	if (*p == '#')
		*p = '\0'; // and nothing behind it
	else if (*p)
		*p++ = '\0';
	*line = p;
	return word;
}

static char *nextline(char **text)
{
	char *line = *text, *p = line;

	if (*p == '\0')
		return NULL;
	while (*p && *p != '\n')
		p++;
	if (*p)
		*p++ = '\0';
	*text = p;
	return line;
}

static bool samehost(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char c = *a, d = *b;

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (d >= 'A' && d <= 'Z')
			d |= 0x20;
		if (c != d)
			return false;
	}
	return (*a == '\0' || (a[0] == '.' && a[1] == '\0')) &&
	       (*b == '\0' || (b[0] == '.' && b[1] == '\0'));
}

static int32_t searchhosts(const char *host, int32_t family, rt_address *a, int32_t n)
{
	char *text = readfile(hostspath), *rest = text, *line, *ip, *name;
	int32_t found = 0;

	while (text && found < n && (line = nextline(&rest))) {
		ip = nextword(&line);
		if (!ip || !parseip(ip, &a[found]))
			continue;
		if (family != AF_UNSPEC && family != familyof(&a[found]))
			continue;
		while ((name = nextword(&line))) {
			if (samehost(name, host)) {
				found++;
				break;
			}
		}
	}
	rt_free(text);
	return found;
}

static void options(Conf *c, char *line)
{
	const char *word, *value;
	uint64_t n;

	while ((word = nextword(&line))) {
		if ((value = afterprefix(word, "ndots:")) && atou64(value, &n))
			c->ndots = (int32_t)min(n, (uint64_t)15);
		if ((value = afterprefix(word, "timeout:")) && atou64(value, &n))
			c->timeout = (int64_t)max(min(n, (uint64_t)30), (uint64_t)1) * RT_SECOND;
		if ((value = afterprefix(word, "attempts:")) && atou64(value, &n))
			c->attempts = (int32_t)max(min(n, (uint64_t)5), (uint64_t)1);
	}
}

static void confline(Conf *c, char *line)
{
	char *key = nextword(&line), *word;

	if (!key)
		return;
	if (streq(key, "nameserver")) {
		word = nextword(&line);
		if (word && c->nservers < MaxServers && parseip(word, &c->servers[c->nservers]))
			setport(&c->servers[c->nservers++], dnsport);
	} else if (streq(key, "search") || streq(key, "domain")) { // the last one counts
		c->nsearch = 0;
		while (c->nsearch < MaxSearch && (word = nextword(&line)))
			c->search[c->nsearch++] = word;
	} else if (streq(key, "options")) {
		options(c, line);
	}
}

static Conf *readconf(void)
{
	Conf *c = rt_calloc(1, sizeof *c);
	char *rest, *line;

	c->ndots = 1;
	c->attempts = 2;
	c->timeout = 5 * RT_SECOND;
	rest = c->text = readfile(resolvpath);
	while (rest && (line = nextline(&rest)))
		confline(c, line);
	if (c->nservers == 0) {
		parseip("127.0.0.1", &c->servers[0]);
		setport(&c->servers[0], dnsport);
		c->nservers = 1;
	}
	return c;
}

static void freeconf(Conf *c)
{
	rt_free(c->text);
	rt_free(c);
}

// ---- one question -------------------------------------------------------------------

// A question for one name and type; its memory is the asking goroutine's until wg is done.
typedef struct {
	const Conf *conf;
	const char *name;
	uint16_t type, id;
	rt_address found[MaxAnswers];
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
	return dnsanswer(msg, (uint32_t)len, q->id, q->name, q->type, q->found, MaxAnswers,
	                 &q->n);
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

static int64_t overtcp(Query *q, int32_t fd, DnsResult *res)
{
	uint8_t size[2], *msg;
	int64_t r, n;

	r = rt_write(fd, q->question, q->len + 2);
	if (r >= 0)
		r = readfull(fd, size, 2);
	if (r < 0)
		return r;
	n = size[0] << 8 | size[1];
	msg = rt_malloc((size_t)n);
	r = readfull(fd, msg, n);
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

	q->err = askserver(q, server, "udp", &res);
	if (q->err == 0 && res == DnsTruncated)
		q->err = askserver(q, server, "tcp", &res);
	if (q->err)
		return false;
	q->err = res == DnsOk ? 0 : res == DnsNoName ? -ENOENT : -EAGAIN;
	return q->err != -EAGAIN;
}

static void askall(Query *q)
{
	for (int32_t i = 0; i < q->conf->attempts; i++) {
		for (int32_t k = 0; k < q->conf->nservers; k++) {
			q->id = randomid();
			q->len = dnsquestion(q->question + 2, q->id, q->name, q->type);
			if (q->len == 0) {
				q->err = -ENOENT;
				return;
			}
			q->question[0] = (uint8_t)(q->len >> 8);
			q->question[1] = (uint8_t)q->len;
			if (finalanswer(q, &q->conf->servers[k]))
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

// Asks for the full name. Returns how many addresses there are, or an error: -ENOENT when
// the servers know that there is none.
static int64_t askname(const Conf *conf, const char *name, int32_t family, rt_address *a,
                       int32_t n)
{
	static const struct {
		int32_t family;
		uint16_t type;
	} kinds[] = { { AF_INET, DnsA }, { AF_INET6, DnsAAAA } };
	Query *q[2] = { NULL, NULL };
	rt_waitgroup wg = { 0 };
	int64_t err = -ENOENT;
	int32_t found = 0;

	for (uint32_t i = 0; i < nelem(kinds); i++) {
		if (family != AF_UNSPEC && family != kinds[i].family)
			continue;
		q[i] = rt_calloc(1, sizeof *q[i]);
		q[i]->conf = conf;
		q[i]->name = name;
		q[i]->type = kinds[i].type;
		q[i]->wg = &wg;
		rt_waitgroup_add(&wg, 1);
		rt_go(asking, q[i]);
	}
	rt_waitgroup_wait(&wg);
	for (uint32_t i = 0; i < nelem(kinds); i++) {
		if (!q[i])
			continue;
		for (int32_t k = 0; q[i]->err == 0 && k < q[i]->n && found < n; k++)
			a[found++] = q[i]->found[k];
		if (q[i]->err != 0 && q[i]->err != -ENOENT)
			err = q[i]->err;
		rt_free(q[i]);
	}
	return found > 0 ? found : err;
}

// Makes host.domain; returns false if that is too long.
static bool join(char *name, const char *host, const char *domain)
{
	return rt_snprintf(name, MaxHost, "%s.%s", host, domain) < MaxHost;
}

// Tries host in each of the search domains. The last error that is not "there is none"
// counts.
static int64_t asksearch(const Conf *conf, const char *host, int32_t family, rt_address *a,
                         int32_t n)
{
	char name[MaxHost];
	int64_t err = -ENOENT, r;

	for (int32_t i = 0; i < conf->nsearch; i++) {
		if (!join(name, host, conf->search[i]))
			continue;
		r = askname(conf, name, family, a, n);
		if (r > 0)
			return r;
		if (r != -ENOENT)
			err = r;
	}
	return err;
}

static int64_t askdns(const char *host, int32_t family, rt_address *a, int32_t n)
{
	Conf *conf = readconf();
	int32_t dots = 0;
	uintptr_t len = strlength(host);
	int64_t r, r2;

	for (const char *p = host; *p; p++)
		dots += *p == '.';
	if (len > 0 && host[len - 1] == '.') {
		r = askname(conf, host, family, a, n);
	} else if (dots >= conf->ndots) {
		r = askname(conf, host, family, a, n);
		if (r <= 0 && (r2 = asksearch(conf, host, family, a, n)) != -ENOENT)
			r = r2;
	} else {
		r = asksearch(conf, host, family, a, n);
		if (r <= 0 && (r2 = askname(conf, host, family, a, n)) != -ENOENT)
			r = r2;
	}
	freeconf(conf);
	return r;
}

int64_t lookuphost(const char *host, int32_t family, rt_address *a, int32_t n)
{
	int64_t r = searchhosts(host, family, a, n);

	if (r > 0)
		return r;
	if (samehost(host, "localhost")) { // that is no server's business
		parseip(family == AF_INET6 ? "::1" : "127.0.0.1", a);
		return 1;
	}
	return askdns(host, family, a, n);
}

int rt_lookup_host(const char *host, rt_address *a, int n)
{
	preemptcheck();
	if (n <= 0 || *host == '\0' || strlength(host) >= MaxHost)
		return -EINVAL;
	if (parseip(host, a))
		return 1;
	return (int)lookuphost(host, AF_UNSPEC, a, n);
}
