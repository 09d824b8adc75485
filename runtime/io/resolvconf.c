// resolvconf.c - what /etc/resolv.conf says: servers, domains, options.
//
// One ResolvConf is current, and is replaced when the file has changed; lookups that
// began with an older one use that to their end. Follows Go's net/dnsconfig_unix.go;
// docs/network.md has a table of the options.
#include "runtime/base/str.h"
#include "runtime/io/names.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

// Not constants, so that a test can have its own.
const char *resolvpath = "/etc/resolv.conf";
uint16_t dnsport = 53;

static rt_mutex conflock;
static ResolvConf *current; // under conflock

// ---- the file -----------------------------------------------------------------------

// Returns the number behind an option's colon, raised to low or lowered to high.
static int32_t optionvalue(const char *text, int32_t low, int32_t high)
{
	uint64_t n = 0;

	for (; *text >= '0' && *text <= '9' && n <= (uint64_t)high; text++)
		n = 10 * n + (uint64_t)(*text - '0');
	return max(low, (int32_t)min(n, (uint64_t)high));
}

static void confoption(ResolvConf *c, const char *word)
{
	enum { MaxDots = 15, Most = 1 << 24 }; // Go's
	const char *value;

	if ((value = afterprefix(word, "ndots:")))
		c->ndots = optionvalue(value, 0, MaxDots);
	else if ((value = afterprefix(word, "timeout:")))
		c->timeout = optionvalue(value, 1, Most) * RT_SECOND;
	else if ((value = afterprefix(word, "attempts:")))
		c->attempts = optionvalue(value, 1, Most);
	else if (streq(word, "rotate"))
		c->rotate = true;
	else if (streq(word, "single-request") || streq(word, "single-request-reopen"))
		c->singlerequest = true;
	else if (streq(word, "use-vc") || streq(word, "usevc") || streq(word, "tcp"))
		c->usetcp = true;
	else if (streq(word, "trust-ad"))
		c->trustad = true;
	else if (streq(word, "no-reload"))
		c->noreload = true;
}

static void addserver(ResolvConf *c, const char *ip)
{
	rt_address *a = &c->servers[c->nservers];

	if (c->nservers == MaxServers || !parseip(ip, a))
		return;
	unmap(a);
	setport(a, dnsport);
	c->nservers++;
}

// Makes room for one more domain.
static void roomfordomain(ResolvConf *c)
{
	c->search = rt_realloc(c->search, (size_t)(c->nsearch + 1) * sizeof *c->search);
}

static void adddomain(ResolvConf *c, char *domain)
{
	roomfordomain(c);
	c->search[c->nsearch++] = domain;
}

// Replaces the domains by up to n of those in the rest of a line, because the last such
// line counts. The root is no domain to search: it means that there are none.
static void setdomains(ResolvConf *c, char *line, int32_t n)
{
	char *word;

	rt_free(c->search);
	c->search = NULL;
	c->nsearch = 0;
	while (c->nsearch < n && (word = nextword(&line))) {
		if (streq(word, "."))
			roomfordomain(c);
		else
			adddomain(c, word);
	}
}

static void confline(ResolvConf *c, char *line)
{
	char *key = nextword(&line), *word;

	if (!key)
		return;
	if (streq(key, "nameserver")) {
		if ((word = nextword(&line)))
			addserver(c, word);
	} else if (streq(key, "search")) {
		setdomains(c, line, INT32_MAX);
	} else if (streq(key, "domain")) {
		setdomains(c, line, 1);
	} else if (streq(key, "options")) {
		while ((word = nextword(&line)))
			confoption(c, word);
	}
}

// ---- what it does not say -------------------------------------------------------------

// The host's name behind its first dot is the domain to search.
static void setowndomain(ResolvConf *c)
{
	enum { Length = 65, Host = 1, Fields = 6 };
	char name[Fields][Length] = { 0 }; // the kernel's struct utsname
	const char *p = name[Host];

	if (syscall3(__NR_uname, ptrarg(name), 0, 0) < 0)
		return;
	while (*p && *p != '.')
		p++;
	if (p[0] == '\0' || p[1] == '\0')
		return;
	__builtin_memcpy(c->own, p + 1, strlength(p + 1) + 1);
	adddomain(c, c->own);
}

static ResolvConf *readconf(void)
{
	ResolvConf *c = rt_calloc(1, sizeof *c);
	char *rest, *line;

	c->ndots = 1;
	c->attempts = 2;
	c->timeout = 5 * RT_SECOND;
	c->users = 1; // current
	c->stamp = stampof(resolvpath);
	rest = c->text = readfile(resolvpath);
	if (!rest)
		c->stamp.good = false;
	while (rest && (line = nextline(&rest)))
		confline(c, line);
	if (c->nservers == 0) {
		addserver(c, "127.0.0.1");
		addserver(c, "::1");
	}
	if (!c->search)
		setowndomain(c);
	return c;
}

// ---- the current one ------------------------------------------------------------------

static void dropconf(ResolvConf *c)
{
	if (--c->users > 0)
		return;
	rt_free(c->search);
	rt_free(c->text);
	rt_free(c);
}

static bool outofdate(const ResolvConf *c)
{
	Stamp now;

	if (c->noreload)
		return false;
	now = stampof(resolvpath);
	return !samestamp(&now, &c->stamp);
}

ResolvConf *getconf(void)
{
	ResolvConf *c;

	rt_mutex_lock(&conflock);
	if (current && outofdate(current)) {
		dropconf(current);
		current = NULL;
	}
	if (!current)
		current = readconf();
	c = current;
	c->users++;
	rt_mutex_unlock(&conflock);
	return c;
}

void putconf(ResolvConf *c)
{
	rt_mutex_lock(&conflock);
	dropconf(c);
	rt_mutex_unlock(&conflock);
}
