// tests/internal/resolve.c - names: the hosts file, and a server of our own on loopback.
//
// Promises: /etc/hosts comes first, in any case of letters, with comments and aliases; A and
// AAAA; an alias's target; a truncated answer is asked for by TCP; packets with another
// number or question are passed over; a question that got lost is asked again; a silent
// server is -ETIMEDOUT, one that fails -EAGAIN, no such name -ENOENT; search domains and
// ndots; rt_dial by name; what is mutated at random never does harm.
// timeout: 100
// matrix: GOMAXPROCS=1,2
#include "internal.h"

#include "runtime/base/str.h"
#include "runtime/io/dns.h"
#include "runtime/os/syscall.h"

#include <asm/fcntl.h>

extern const char *hostspath, *resolvpath;
extern uint16_t dnsport;

enum { Mutations = Stress ? 20000 : 300000 };

static int udp, tcp;
static bool asked[DnsAAAA + 1]; // by type: for late.test

// ---- the server ---------------------------------------------------------------------

static uint8_t *p16(uint8_t *p, uint32_t v)
{
	*p++ = (uint8_t)(v >> 8);
	*p++ = (uint8_t)v;
	return p;
}

// An answer whose name is a pointer to the question's.
static uint8_t *record(uint8_t *p, uint32_t name, uint32_t type, const void *data, uint32_t n)
{
	p = p16(p, 0xc000 | name);
	p = p16(p, type);
	p = p16(p, 1);
	p = p16(p, 0);
	p = p16(p, 60);
	p = p16(p, n);
	__builtin_memcpy(p, data, n);
	return p + n;
}

static bool is(const char *name, const char *what)
{
	return streq(name, what);
}

// Writes the reply to the question in msg over it and returns its length; 0: says nothing.
static uint32_t reply(uint8_t *msg, uint32_t len, bool bytcp)
{
	static const uint8_t v6[16] = { 0xfd, [15] = 9 };
	char name[256];
	uint32_t at = 12, n = 0, type, answers = 0, flags = 0x8180;
	uint8_t *p;

	check(len > 16);
	while (msg[at]) {
		uint32_t k = msg[at++];

		__builtin_memcpy(name + n, msg + at, k);
		n += k;
		at += k;
		name[n++] = '.';
	}
	name[n - 1] = '\0';
	for (uint32_t i = 0; i < n; i++)
		name[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	type = (uint32_t)msg[at + 1] << 8 | msg[at + 2];
	p = msg + at + 5;
	if (is(name, "a.test") && type == DnsA) {
		p = record(p, 12, DnsA, "\x0a\x01\x02\x03", 4);
		answers = 1;
	} else if (is(name, "both.test") || is(name, "spoof.test") || is(name, "local.test")) {
		const char *v4 = is(name, "local.test") ? "\x7f\0\0\1" : "\x0a\0\0\1";

		p = type == DnsA ? record(p, 12, DnsA, v4, 4) : record(p, 12, DnsAAAA, v6, 16);
		answers = 1;
	} else if (is(name, "alias.test") && type == DnsA) {
		// target.test: "target" and a pointer to the question's "test"; then its own
		// address, behind another record that has nothing to do with it.
		uint32_t target = (uint32_t)(p - msg) + 12;

		p = record(p, 12, 5, "\6target\xc0\x12", 9);
		p = record(p, 12, DnsA, "\1\1\1\1", 4);
		p = record(p, target, DnsA, "\x0a\x09\x09\x09", 4);
		answers = 3;
	} else if (is(name, "big.test") && type == DnsA) {
		if (!bytcp)
			flags |= 0x200;
		for (; bytcp && answers < 5; answers++)
			p = record(p, 12, DnsA, "\x0a\0\0\5", 4);
	} else if (is(name, "late.test")) {
		if (!asked[type]) {
			asked[type] = true;
			return 0; // the first of each is lost
		}
		p = record(p, 12, type, type == DnsA ? "\x0a\0\0\7" : (const char *)v6,
		           type == DnsA ? 4 : 16);
		answers = 1;
	} else if (is(name, "never.test")) {
		return 0;
	} else if (is(name, "fail.test")) {
		flags |= 2;
	} else if (is(name, "loop.test")) {
		p = record(p, (uint32_t)(p - msg), DnsA, "\x0a\0\0\1", 4); // points at itself
		answers = 1;
	} else if ((is(name, "short") || is(name, "deep.host.corp.example")) && type == DnsA) {
		p = record(p, 12, DnsA, "\x0a\0\0\x62", 4);
		answers = 1;
	} else if (is(name, "host.corp.example") && type == DnsA) {
		p = record(p, 12, DnsA, "\x0a\0\0\x63", 4);
		answers = 1;
	} else if (!is(name, "a.test") && !is(name, "alias.test") && !is(name, "big.test")) {
		flags |= 3;
	}
	p16(msg + 2, flags);
	p16(msg + 6, answers);
	p16(msg + 10, 0);
	return (uint32_t)(p - msg);
}

static void serveudp(void *arg)
{
	static uint8_t msg[2000];
	rt_address from;
	int64_t n;

	(void)arg;
	while ((n = rt_recv_from(udp, msg, 1000, &from)) > 0) {
		bool spoof = msg[13] == 's' && msg[14] == 'p';
		uint32_t len = reply(msg, (uint32_t)n, false);

		if (len == 0)
			continue;
		if (spoof) {
			msg[0] ^= 1; // another number
			rt_send_to(udp, msg, len, &from);
			msg[0] ^= 1;
			msg[13] = 'x'; // another question
			rt_send_to(udp, msg, len, &from);
			msg[13] = 's';
			rt_send_to(udp, "", 0, &from);
			rt_send_to(udp, msg, 5, &from);
		}
		rt_send_to(udp, msg, len, &from);
	}
}

static void servetcp(void *arg)
{
	static uint8_t msg[2000];
	int fd;

	(void)arg;
	while ((fd = rt_accept(tcp)) >= 0) {
		int64_t n = rt_read(fd, msg, sizeof msg / 2);
		uint32_t len = reply(msg + 2, (uint32_t)n - 2, true);

		p16(msg, len);
		rt_write(fd, msg, 1); // in pieces
		rt_write(fd, msg + 1, 20);
		rt_write(fd, msg + 21, len + 2 - 21);
		rt_close(fd);
	}
}

// ---- the questions ------------------------------------------------------------------

static void put(const char *path, const char *text)
{
	int fd = rt_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0);
	check(rt_write(fd, text, strlength(text)) >= 0);
	rt_close(fd);
}

static void expect(const char *host, const char *first, int wanted)
{
	rt_address a[8];
	char text[100];
	int n = rt_lookup_host(host, a, 8);

	if (n != wanted)
		rt_eprintf("%s: %d\n", host, n);
	equal(n, wanted);
	if (n < 0)
		return;
	check(rt_address_format(&a[0], text, sizeof text) > 0);
	if (!streq(text, first))
		rt_eprintf("%s is %s, not %s\n", host, text, first);
	check(streq(text, first));
}

static void many(void *arg)
{
	for (int i = 0; i < 20; i++)
		expect(i % 2 ? "both.test" : "alias.test", i % 2 ? "10.0.0.1:0" : "10.9.9.9:0",
		       i % 2 ? 2 : 1);
	rt_waitgroup_done(arg);
}

static void mutated(void)
{
	static uint8_t msg[2000], good[2000];
	rt_address a[8];
	uint64_t seed = 4711;
	uint32_t len = dnsquestion(good, 77, "alias.test", DnsA, false);
	int32_t n, ok = 0;

	equal(dnsquestion(msg, 1, "a..b", DnsA, false), 0);
	equal(dnsquestion(msg, 1, "", DnsA, false), 0);
	equal(dnsquestion(msg, 1, ".", DnsA, false), 0);
	len = reply(good, len, false);
	equal(dnsanswer(good, len, 77, "ALIAS.test.", DnsA, a, 8, &n), DnsOk);
	equal(n, 1);
	for (uint32_t i = 0; i <= len; i++)
		dnsanswer(good, i, 77, "alias.test", DnsA, a, 8, &n);
	for (int i = 0; i < Mutations; i++) {
		__builtin_memcpy(msg, good, len);
		for (uint64_t k = next_random(&seed) % 8; k > 0; k--)
			msg[2 + next_random(&seed) % (len - 2)] = (uint8_t)next_random(&seed);
		ok += dnsanswer(msg, len, 77, "alias.test", DnsA, a, 8, &n) == DnsOk;
		check(n >= 0 && n <= 8);
	}
	check(ok > 0 && ok < Mutations);
}

// At a port that is free for both; one that is free for UDP may be a TCP connection's.
static void listenatboth(void)
{
	char text[64];
	uint64_t port;

	for (;;) {
		udp = rt_listen("udp4", "127.0.0.1:0");
		check(udp >= 0);
		check(rt_local_address(udp, text, sizeof text) > 0);
		tcp = rt_listen("tcp4", text);
		if (tcp >= 0)
			break;
		equal(tcp, -EADDRINUSE);
		rt_close(udp);
	}
	check(atou64(afterprefix(text, "127.0.0.1:"), &port));
	dnsport = (uint16_t)port;
}

int rt_main(int argc, char **argv)
{
	static char hosts[200], resolv[200];
	const char *tmp = rt_getenv("RT0_TMP");
	rt_waitgroup wg = { 0 };
	rt_address a;
	int64_t start;
	int fd;

	(void)argc;
	(void)argv;
	listenatboth();
	rt_go(serveudp, NULL);
	rt_go(servetcp, NULL);
	rt_snprintf(hosts, sizeof hosts, "%s/hosts", tmp);
	rt_snprintf(resolv, sizeof resolv, "%s/resolv.conf", tmp);
	hostspath = hosts;
	resolvpath = resolv;
	put(hosts, "# a comment\n127.0.0.1 localhost lo\n::1 localhost\n"
	           " 1.2.3.4\tOne.Test  uno # two\nnonsense x\n5.6.7.8 two#y\n9.9.9.9 last");
	put(resolv, "; c\nnameserver 127.0.0.1\nsearch corp.example other.example\n"
	            "options timeout:30 ndots:1\n");

	fd = rt_listen("tcp", "[::1]:0"); // where it is there, it comes first
	expect("localhost", fd >= 0 ? "[::1]:0" : "127.0.0.1:0", 2);
	expect("LOCALHOST.", fd >= 0 ? "[::1]:0" : "127.0.0.1:0", 2);
	rt_close(fd);
	expect("one.test", "1.2.3.4:0", 1);
	expect("uno", "1.2.3.4:0", 1);
	expect("two", "5.6.7.8:0", 1);
	expect("last", "9.9.9.9:0", 1);
	expect("::1", "[::1]:0", 1);

	expect("a.test", "10.1.2.3:0", 1);
	expect("A.TEST.", "10.1.2.3:0", 1);
	expect("both.test", "10.0.0.1:0", 2);
	expect("alias.test", "10.9.9.9:0", 1);
	expect("big.test", "10.0.0.5:0", 5);
	expect("spoof.test", "10.0.0.1:0", 2);
	expect("host", "10.0.0.99:0", 1);
	expect("short", "10.0.0.98:0", 1);      // in no search domain: as it is
	expect("deep.host", "10.0.0.98:0", 1);  // not as it is: in a search domain
	expect("none.test", NULL, -ENOENT);
	expect("loop.test.", NULL, -EAGAIN); // that is no answer
	expect("fail.test.", NULL, -EAGAIN);
	expect("a..b", NULL, -ENOENT);
	rt_waitgroup_add(&wg, 20);
	for (int i = 0; i < 20; i++)
		rt_go(many, &wg);
	rt_waitgroup_wait(&wg);

	put(resolv, "nameserver 127.0.0.1\noptions timeout:1 attempts:5\n");
	expect("late.test.", "10.0.0.7:0", 2);
	put(resolv, "nameserver 127.0.0.1\noptions timeout:1 attempts:2\n");
	start = rt_nanotime();
	expect("never.test.", NULL, -ETIMEDOUT);
	check(rt_nanotime() - start >= 2 * RT_SECOND); // two attempts
	check(rt_nanotime() - start < 30 * RT_SECOND);
	put(resolv, "nameserver 127.0.0.1\noptions timeout:30\n");

	{ // the name is asked for at the TCP server's own port
		char text[64];

		rt_snprintf(text, sizeof text, "local.test:%d", dnsport);
		fd = rt_dial("tcp", text);
		check(fd >= 0);
		rt_close(fd);
		rt_snprintf(text, sizeof text, "localhost:%d", dnsport);
		fd = rt_dial("tcp4", text);
		check(fd >= 0);
		rt_close(fd);
	}
	// A second server when the first does not answer at all: its port is closed.
	put(resolv, "nameserver 127.0.0.2\nnameserver 127.0.0.1\noptions timeout:30\n");
	expect("a.test", "10.1.2.3:0", 1);
	equal(rt_lookup_host("", &a, 1), -EINVAL);
	// Without the files: this machine's own server, and localhost is known.
	hostspath = resolvpath = "/nonexistent";
	expect("localhost", "127.0.0.1:0", 1);
	expect("a.test", "10.1.2.3:0", 1);
	mutated();
	return 0;
}
