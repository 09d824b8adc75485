// tests/internal/resolvconf.c - resolv.conf, option by option, and servers of every kind.
//
// Promises: the servers in turn, three at most, and those of this machine where none is
// named; options attempts, timeout, ndots, rotate, use-vc, single-request, trust-ad,
// no-reload as Go reads them, others ignored; any number of search domains, the last line
// of them; "search ." for none; the host's own where nothing is said. A server that is
// lame, fails, says nonsense or cuts its answer off is passed over; one that says that
// there is no such name is believed. Aliases in any order and number; answers by TCP of any
// size; numbers and ports at random, and answers from elsewhere dropped. What cannot be a
// name is not asked for. A changed file counts at once.
// timeout: 100
// matrix: GOMAXPROCS=1,4
#include "dnsserver.h"

enum { Chain = 30, Many = 300 };

static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static int elsewhere; // a socket
static int together;  // questions for one.test that came while another waited
static int waiting;

static bool is(const char *a, const char *b)
{
	return streq(a, b);
}

static bool begins(const Asked *q, const char *prefix)
{
	return afterprefix(q->name, prefix) != NULL;
}

// ---- what the servers say -----------------------------------------------------------

// chain.test is c0.test, which is c1.test, and so on; the records come in reverse.
static void chain(Answer *a)
{
	char name[20], alias[20];

	rt_snprintf(name, sizeof name, "c%d.test", Chain);
	putrecord(a, name, DnsA, "\x0a\1\1\1", 4);
	for (int i = Chain; i > 0; i--) {
		rt_snprintf(name, sizeof name, "c%d.test", i);
		rt_snprintf(alias, sizeof alias, "c%d.test", i - 1);
		putalias(a, alias, name);
	}
	putalias(a, "chain.test", "c0.test");
}

// The first question waits a while for another.
static void pairs(void)
{
	if (atomic_xadd(&waiting, 1) > 1) {
		atomic_xadd(&together, 1);
		return;
	}
	for (int i = 0; i < 100 && atomic_load_acquire(&together) == 0; i++)
		rt_sleep(RT_MILLISECOND);
	atomic_store_release(&waiting, 0);
}

// Of the first server alone: the others say 192.0.0.1.
static bool firstserver(const Asked *q, Answer *a)
{
	if (begins(q, "lame"))
		a->flags = 0x8100;
	else if (begins(q, "servfail"))
		a->flags |= 2;
	else if (begins(q, "refused"))
		a->flags |= 5;
	else if (begins(q, "badvers"))
		putoptions(a, 1);
	else if (begins(q, "broken"))
		putrecord(a, NULL, DnsA, "", 0), put2(a, 0xffff), a->answers += 3, a->n -= 8;
	else if (begins(q, "cuttcp"))
		a->flags |= q->tcp ? 0 : 0x200;
	else if (begins(q, "silent"))
		return false;
	if (begins(q, "cuttcp") && q->tcp)
		return false;
	return true;
}

static bool says(const Asked *q, Answer *a)
{
	static const char *const passed[] = { "lame", "servfail", "refused", "badvers", "broken",
		                              "cuttcp", "silent" };

	for (size_t i = 0; i < nelem(passed); i++) {
		if (begins(q, passed[i]) && q->server == 0)
			return firstserver(q, a);
	}
	if (begins(q, "none")) {
		a->flags |= 3;
	} else if (begins(q, "empty")) {
		a->flags = 0x8500; // authoritative, without recursion
	} else if (begins(q, "one.")) {
		pairs();
	} else if (begins(q, "v6")) {
		if (q->type == DnsAAAA)
			putrecord(a, NULL, DnsAAAA, v6, 16);
	} else if (begins(q, "mapped")) {
		if (q->type == DnsAAAA)
			putrecord(a, NULL, DnsAAAA, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\1\1\2", 16);
	} else if (q->type != DnsA) {
		return true;
	} else if (begins(q, "chain")) {
		chain(a);
	} else if (begins(q, "many")) {
		for (uint32_t i = 0; q->tcp && i < Many; i++)
			putv4(a, i);
		a->flags |= 0x200; // by TCP, too
	} else if (begins(q, "spoofed")) {
		putv4(a, 66);
		a->msg[2] = 0x81;
		a->msg[7] = 1;
		a->msg[11] = 0;
		check(rt_send_to(elsewhere, a->msg, a->n, &q->from) > 0);
		a->msg[a->n - 1] = 67;
	} else if (!begins(q, "nowhere")) {
		putv4(a, 1);
	}
	if (begins(q, "nowhere"))
		a->flags |= 3;
	return true;
}

// ---- asking -------------------------------------------------------------------------

static void conf(const char *text)
{
	putfile(resolvfile, text);
}

// Looks it up, and forgets what was asked before.
static int lookup(const char *host, char *first, size_t size)
{
	static rt_address a[Many];
	int n;

	nasked = 0;
	n = rt_lookup_host(host, a, Many);
	first[0] = '\0';
	if (n > 0)
		rt_address_format(&a[0], first, size);
	return n;
}

static void finds(const char *host, const char *first, int wanted)
{
	char text[100];
	int n = lookup(host, text, sizeof text);

	if (n != wanted || (first && !is(text, first)))
		rt_eprintf("%s: %d %s\n", host, n, text);
	equal(n, wanted);
	check(!first || is(text, first));
}

// Returns the names that were asked for of a type, with a blank between them.
static const char *names(int type)
{
	static char text[4000];
	int n = 0;

	text[0] = '\0';
	for (int i = 0; i < nasked; i++) {
		if (asked[i].type == type)
			n += rt_snprintf(text + n, sizeof text - (size_t)n, "%s%s", n ? " " : "",
			                 asked[i].name);
	}
	return text;
}

static void asks(const char *host, const char *wanted)
{
	char text[100];

	lookup(host, text, sizeof text);
	if (!is(names(DnsA), wanted))
		rt_eprintf("%s: %s\n", host, names(DnsA));
	check(is(names(DnsA), wanted));
	check(is(names(DnsAAAA), wanted));
}

// How many questions of type A the server got.
static int count(int server, int tcp)
{
	int n = 0;

	for (int i = 0; i < nasked; i++)
		n += asked[i].server == server && asked[i].tcp == tcp && asked[i].type == DnsA;
	return n;
}

// ---- the parts ----------------------------------------------------------------------

static void servers(void)
{
	static const char *const passed[] = { "lame.test", "servfail.test", "refused.test",
		                              "badvers.test", "broken.test", "cuttcp.test" };
	int64_t start;

	conf("nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:5 attempts:2\n");
	for (size_t i = 0; i < nelem(passed); i++) {
		finds(passed[i], "192.0.0.1:0", 1);
		equal(count(0, 0), 1);
		equal(count(1, 0), 1);
	}
	finds("none.test.", NULL, -ENOENT);
	equal(nasked, 2); // the first server's word on A and AAAA
	finds("empty.test.", NULL, -ENOENT);
	equal(nasked, 2);
	conf("nameserver 127.0.0.1\noptions attempts:3\n");
	for (size_t i = 0; i < nelem(passed); i++) {
		finds(passed[i], NULL, is(passed[i], "cuttcp.test") ? -ECONNRESET : -EAGAIN);
		equal(count(0, 0), 3);
	}
	conf("nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1\n");
	start = rt_nanotime();
	finds("silent.test", "192.0.0.1:0", 1);
	check(rt_nanotime() - start >= RT_SECOND);

	// No more than three; what is no address does not count.
	conf("nameserver nonsense\nnameserver\nnameserver 127.0.0.3\nnameserver 127.0.0.2\n"
	     "nameserver ::ffff:127.0.0.1\nnameserver 127.0.0.2\noptions attempts:1\n");
	finds("servfail.test.", "192.0.0.1:0", 1);
	equal(asked[0].server, 2);
	conf("# nothing\n");
	finds("www.test", "192.0.0.1:0", 1);
	equal(asked[0].server, 0);
}

static void options(void)
{
	static const char *const tcp[] = { "use-vc", "usevc", "tcp" };
	char text[200];

	for (size_t i = 0; i < nelem(tcp); i++) {
		rt_snprintf(text, sizeof text, "nameserver 127.0.0.1\noptions %s\n", tcp[i]);
		conf(text);
		finds("www.test", "192.0.0.1:0", 1);
		equal(count(0, 0), 0);
		equal(count(0, 1), 1);
	}

	conf("nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\n");
	for (int i = 0; i < 4; i++) {
		finds("www.test", "192.0.0.1:0", 1);
		equal(asked[0].server, 0);
	}
	conf("nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\noptions rotate\n");
	for (int i = 0; i < 6; i++) {
		finds("www.test", "192.0.0.1:0", 1);
		check(asked[0].server != asked[1].server); // A and AAAA are two questions
	}

	conf("nameserver 127.0.0.1\n");
	together = 0;
	finds("one.test.", NULL, -ENOENT);
	equal(together, 1);
	for (int i = 0; i < 2; i++) {
		conf(i ? "nameserver 127.0.0.1\noptions single-request\n" :
		         "nameserver 127.0.0.1\noptions single-request-reopen\n");
		together = 0;
		finds("one.test.", NULL, -ENOENT);
		equal(nasked, 2);
		equal(together, 0);
	}

	conf("nameserver 127.0.0.1\n");
	finds("www.test", "192.0.0.1:0", 1);
	equal(asked[0].flags, 0x0100);
	equal(asked[0].options, 1232);
	conf("nameserver 127.0.0.1\noptions trust-ad\n");
	finds("www.test", "192.0.0.1:0", 1);
	equal(asked[0].flags, 0x0120);

	// Ignored: EDNS is always there, and names without dots are asked for.
	conf("nameserver 127.0.0.1\nsearch .\nsortlist 1.2.3.4\nnonsense\n"
	     "options edns0 no-tld-query inet6 debug nonsense: ndots timeout attempts:\n");
	asks("www", "www");
	equal(asked[0].options, 1232);

	conf("nameserver 127.0.0.1\noptions attempts:7\n");
	finds("servfail.test.", NULL, -EAGAIN);
	equal(count(0, 0), 7);
	conf("nameserver 127.0.0.1\noptions attempts:0 timeout:0\n");
	finds("servfail.test.", NULL, -EAGAIN);
	equal(count(0, 0), 1);
}

// Without "search" and "domain", the host's domain, if it has one.
static void owndomain(void)
{
	char name[6][65], wanted[200];
	const char *domain = name[1];

	equal(rt_syscall(SYS_uname, name), 0);
	while (*domain && *domain != '.')
		domain++;
	conf("nameserver 127.0.0.1\n");
	if (domain[0] && domain[1])
		rt_snprintf(wanted, sizeof wanted, "nowhere%s nowhere", domain);
	else
		rt_snprintf(wanted, sizeof wanted, "nowhere");
	asks("nowhere", wanted);
	conf("nameserver 127.0.0.1\nsearch\n");
	asks("nowhere", wanted);
}

static void search(void)
{
	conf("nameserver 127.0.0.1\nsearch a.test b.test. C.test d e f g h i.test\n");
	asks("nowhere", "nowhere.a.test nowhere.b.test nowhere.c.test nowhere.d nowhere.e "
	                "nowhere.f nowhere.g nowhere.h nowhere.i.test nowhere");
	asks("nowhere.x", "nowhere.x nowhere.x.a.test nowhere.x.b.test nowhere.x.c.test "
	                  "nowhere.x.d nowhere.x.e nowhere.x.f nowhere.x.g nowhere.x.h "
	                  "nowhere.x.i.test");
	asks("nowhere.", "nowhere");
	conf("nameserver 127.0.0.1\nsearch a.test b.test # and c\noptions ndots:0\n");
	asks("nowhere", "nowhere nowhere.a.test nowhere.b.test");
	conf("nameserver 127.0.0.1\noptions ndots:2\nsearch a.test\n");
	asks("nowhere.x", "nowhere.x.a.test nowhere.x");
	conf("nameserver 127.0.0.1\noptions ndots:99\nsearch a.test\n");
	asks("nowhere.1.2.3.4.5.6.7.8.9.10.11.12.13.14",
	     "nowhere.1.2.3.4.5.6.7.8.9.10.11.12.13.14.a.test "
	     "nowhere.1.2.3.4.5.6.7.8.9.10.11.12.13.14");
	asks("nowhere.1.2.3.4.5.6.7.8.9.10.11.12.13.14.15",
	     "nowhere.1.2.3.4.5.6.7.8.9.10.11.12.13.14.15 "
	     "nowhere.1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.a.test");
	conf("search a.test\ndomain b.test c.test\nnameserver 127.0.0.1\n");
	asks("nowhere", "nowhere.b.test nowhere");
	conf("domain a.test\nsearch b.test c.test\nnameserver 127.0.0.1\n");
	asks("nowhere", "nowhere.b.test nowhere.c.test nowhere");
	conf("search .\nnameserver 127.0.0.1\n");
	asks("nowhere", "nowhere");
	owndomain();
	// An error of one domain is no answer for the whole.
	conf("nameserver 127.0.0.1\nsearch servfail.test\noptions attempts:1\n");
	finds("nowhere", NULL, -ENOENT);
	finds("servfail", NULL, -EAGAIN);
}

static void answers(void)
{
	conf("nameserver 127.0.0.1\n");
	finds("chain.test", "10.1.1.1:0", 1);
	finds("v6.test", "[2001:db8::1]:0", 1);
	finds("mapped.test", "10.1.1.2:0", 1);
	finds("many.test", "192.0.0.0:0", Many);
	equal(count(0, 1), 1);
	finds("spoofed.test", "192.0.0.67:0", 1);
}

// Numbers and ports of 100 questions: more than 2 of them in common is a chance of 1 to
// 10^6.
static void atrandom(void)
{
	int ids = 0, ports = 0, n = 0;

	conf("nameserver 127.0.0.1\noptions attempts:50\n");
	finds("servfail.test.", NULL, -EAGAIN);
	equal(nasked, 100);
	for (int i = 1; i < nasked; i++) {
		for (int k = 0; k < i; k++) {
			ids += asked[i].id == asked[k].id;
			ports += asked[i].from.sockaddr[0] == asked[k].from.sockaddr[0];
		}
		n += asked[i].id == asked[i - 1].id + 1;
	}
	check(ids <= 4 && n <= 2);
	check(ports <= 8);
}

static void nonames(void)
{
	static const char *const hosts[] = {
		"a..b", ".", ".a", "-a", "a.-b", "a-", "a-.b", "12", "1.2.3", "1.2.3.4.5", "a b",
		"a%b", "\xc3\xa4", "x.onion", "x.ONION.", "onion.onion", "a/b", "a*",
		"0123456789012345678901234567890123456789012345678901234567890123.test",
	};

	conf("nameserver 127.0.0.1\nsearch .\n");
	for (size_t i = 0; i < nelem(hosts); i++) {
		finds(hosts[i], NULL, -ENOENT);
		equal(nasked, 0);
	}
	asks("a_b", "a_b");
	asks("onion", "onion");
	asks("x.onions", "x.onions");
	asks("1.a", "1.a");
}

// Names of every kind in a file of 1.5 MiB: the last line's, one of many lines, a line's many.
static void largehosts(void)
{
	enum { Lines = 45000, Same = 40, Size = 2000000 };
	char *text = rt_malloc(Size);
	char name[40];
	int n = 0;

	for (int i = 0; i < Lines; i++)
		n += rt_snprintf(text + n, 100, "0.0.%d.%d Tracker%d.example\n", i / 256, i % 256, i);
	for (int i = 0; i < Same; i++)
		n += rt_snprintf(text + n, 100, "10.0.0.%d same.example x%d same.example\n", i, i);
	n += rt_snprintf(text + n, 100, "nonsense last.example\n\n # last.example\n1.1.1.1\n");
	n += rt_snprintf(text + n, 100, "2.2.2.2\tb LAST.example. c\n::ffff:3.3.3.3 mapped.own");
	check(n > 1 << 20 && n < Size);
	putfile(hostsfile, text);
	rt_free(text);
	conf("nameserver 127.0.0.1\nsearch .\noptions attempts:1\n");
	for (int i = 0; i < Lines; i += 4999) {
		char address[40];

		rt_snprintf(name, sizeof name, "tracker%d.EXAMPLE", i);
		rt_snprintf(address, sizeof address, "0.0.%d.%d:0", i / 256, i % 256);
		finds(name, address, 1);
	}
	finds("same.example", "10.0.0.0:0", Same);
	finds("x39.", "10.0.0.39:0", 1);
	finds("last.example", "2.2.2.2:0", 1);
	finds("b", "2.2.2.2:0", 1);
	finds("c", "2.2.2.2:0", 1);
	finds("mapped.own", "3.3.3.3:0", 1);
	equal(nasked, 0);
	finds("none.example", NULL, -ENOENT);
	equal(nasked, 2);
	putfile(hostsfile, "");
}

static void changes(void)
{
	conf("nameserver 127.0.0.1\n");
	finds("www.test", "192.0.0.1:0", 1);
	equal(asked[0].server, 0);
	for (int i = 0; i < 20; i++) { // of one length, within one tick of the file's clock
		conf(i % 2 ? "nameserver 127.0.0.1\n" : "nameserver 127.0.0.2\n");
		finds("www.test", "192.0.0.1:0", 1);
		equal(asked[0].server, i % 2 ? 0 : 1);
	}
	for (int i = 0; i < 20; i++) {
		putfile(hostsfile, i % 2 ? "1.1.1.1 here\n" : "2.2.2.2 here\n");
		finds("here", i % 2 ? "1.1.1.1:0" : "2.2.2.2:0", 1);
	}
	equal(rt_syscall(SYS_unlinkat, AT_FDCWD, hostsfile, 0), 0);
	finds("here.", "192.0.0.1:0", 1);
	putfile(hostsfile, "3.3.3.3 here\n");
	finds("here.", "3.3.3.3:0", 1);
	conf("nameserver 127.0.0.2\noptions no-reload\n");
	finds("www.test", "192.0.0.1:0", 1);
	conf("nameserver 127.0.0.1\n");
	finds("www.test", "192.0.0.1:0", 1);
	equal(asked[0].server, 1);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	ownfiles();
	startservers(says);
	elsewhere = rt_listen("udp4", "127.0.0.1:0");
	servers();
	options();
	search();
	answers();
	atrandom();
	nonames();
	largehosts();
	changes(); // the last: what it leaves is not read again
	return 0;
}
