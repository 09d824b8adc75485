// tests/twins/network.c - the network cases as a program prints them; network/main.go is its
// twin in Go. tests/twins/run runs both in namespaces of their own.
#include "../lib/test.h"

#include <fcntl.h>

enum { AfInet = 2, AfUnix = 1, SockStream = 1, SockDgram = 2, A = 1, MaxText = 1300000 };

static int questions;

// ---- servers of names -----------------------------------------------------------------

typedef struct {
	int fd, which; // 127.0.0.(2 + which)
} Server;

static bool begins(const char *text, const char *prefix)
{
	while (*prefix && *text == *prefix)
		text++, prefix++;
	return *prefix == '\0';
}

// The question's name, its type, and where it ends.
static size_t question(const uint8_t *q, char *name, int *type)
{
	size_t i = 12;

	while (q[i]) {
		for (int n = q[i++]; n > 0; n--)
			*name++ = (char)q[i++];
		*name++ = '.';
	}
	*name = '\0';
	*type = q[i + 2];
	return i + 5;
}

// Turns q into the answer, with 192.0.2.1 if records is 1; of 3 records none is there. Returns
// its length.
static size_t answer(uint8_t *q, int flags, int records)
{
	static const uint8_t record[] = { 0xc0, 12, 0, A, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1 };
	char name[300];
	int type;
	size_t n = question(q, name, &type);

	q[2] = (uint8_t)(flags >> 8);
	q[3] = (uint8_t)flags;
	__builtin_memset(q + 6, 0, 6);
	q[7] = (uint8_t)(records == 3 || type == A ? records : 0);
	if (q[7] != 1)
		return n;
	__builtin_memcpy(q + n, record, sizeof record);
	return n + sizeof record;
}

static size_t reply(int which, uint8_t *q, bool tcp)
{
	char name[300];
	int type;

	__atomic_fetch_add(&questions, 1, __ATOMIC_SEQ_CST);
	question(q, name, &type);
	if (which == 1)
		return answer(q, 0x8180, 1);
	if (begins(name, "lame."))
		return answer(q, 0x8100, 0);
	if (begins(name, "servfail."))
		return answer(q, 0x8182, 0);
	if (begins(name, "broken."))
		return answer(q, 0x8180, 3);
	if (begins(name, "cut."))
		return answer(q, 0x8380, tcp);
	if (begins(name, "www.d7.example") || begins(name, "db.corp.example"))
		return answer(q, 0x8180, 1);
	if (begins(name, "vc.example"))
		return tcp ? answer(q, 0x8180, 1) : 0;
	return answer(q, 0x8183, 0);
}

static void serveudp(void *arg)
{
	Server *s = arg;
	uint8_t q[2000];
	rt_address from;

	while (rt_recv_from(s->fd, q, sizeof q, &from) > 0) {
		size_t n = reply(s->which, q, false);

		if (n > 0)
			rt_send_to(s->fd, q, n, &from);
	}
}

static void servetcp(void *arg)
{
	Server *s = arg;
	uint8_t q[2000];
	int fd;

	while ((fd = rt_accept(s->fd)) >= 0) {
		if (rt_read(fd, q, sizeof q) > 2) {
			size_t n = reply(s->which, q + 2, true);

			q[0] = (uint8_t)(n >> 8);
			q[1] = (uint8_t)n;
			rt_write(fd, q, n + 2);
		}
		rt_close(fd);
	}
}

static void serve(int which)
{
	static Server servers[4];
	char text[40];

	rt_snprintf(text, sizeof text, "127.0.0.%d:53", 2 + which);
	servers[2 * which] = (Server){ rt_listen("udp", text), which };
	servers[2 * which + 1] = (Server){ rt_listen("tcp", text), which };
	check(servers[2 * which].fd >= 0 && servers[2 * which + 1].fd >= 0);
	rt_go(serveudp, &servers[2 * which]);
	rt_go(servetcp, &servers[2 * which + 1]);
}

// ---- what is printed --------------------------------------------------------------------

static void put(const char *path, const char *text)
{
	int fd = rt_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	size_t n = 0;

	while (text[n])
		n++;
	check(fd >= 0);
	equal(rt_write(fd, text, n), n);
	rt_close(fd);
}

static void out(const char *name, const char *got)
{
	rt_printf("%s: %s\n", name, got);
}

static const char *lookup(const char *name)
{
	static char text[1000];
	rt_address a[10];
	int n = rt_lookup_host(name, a, 10), at = 0;

	if (n < 0)
		return n == -2 ? "no such host" : "error"; // ENOENT
	for (int i = 0; i < n; i++) {
		int length = rt_address_format(&a[i], text + at, sizeof text - (size_t)at) - 2;

		if (text[at] == '[') { // as Go prints it, without port and brackets
			__builtin_memmove(text + at, text + at + 1, (size_t)length);
			length -= 2;
		}
		at += length;
		text[at++] = i < n - 1 ? ' ' : '\0';
	}
	return text;
}

static const char *dial(const char *network, const char *address)
{
	static char text[200];
	int64_t start = rt_nanotime(), ms;
	int fd = rt_dial(network, address), n;

	ms = (rt_nanotime() - start) / RT_MILLISECOND;
	n = fd < 0 ? rt_snprintf(text, sizeof text, "error") :
	             rt_peer_address(fd, text, sizeof text);
	if (ms >= 100)
		rt_snprintf(text + n, sizeof text - (size_t)n, " after %d ms", (int)ms / 50 * 50);
	rt_close(fd);
	return text;
}

// ---- the cases --------------------------------------------------------------------------

static void resolver(void)
{
	static const char *const servers[] = { "lame", "servfail", "broken", "cut" };
	char name[100], text[100];

	put("/etc/resolv.conf", "nameserver 127.0.0.2\n");
	out("own domain", lookup("db"));
	put("/etc/resolv.conf", "nameserver 127.0.0.2\nsearch d1.example d2.example d3.example "
	                        "d4.example d5.example d6.example d7.example\n");
	out("seven search domains", lookup("www"));
	put("/etc/resolv.conf", "nameserver 127.0.0.2\noptions timeout:1 attempts:1 use-vc\n");
	out("use-vc", lookup("vc.example"));
	put("/etc/resolv.conf", "nameserver 127.0.0.2\nnameserver 127.0.0.3\nsearch .\n");
	for (int i = 0; i < 4; i++) {
		rt_snprintf(name, sizeof name, "%s.example.", servers[i]);
		rt_snprintf(text, sizeof text, "%s server", servers[i]);
		out(text, lookup(name));
	}
	questions = 0;
	rt_snprintf(text, sizeof text, "%s, %d questions", dial("tcp", "[fe80::1%nosuch]:80"),
	            questions);
	out("unknown zone", text);
	questions = 0;
	rt_snprintf(text, sizeof text, "%s, %d questions", lookup("1.2.3"), questions);
	out("no domain name", text);
}

static void hosts(void)
{
	char *text = rt_malloc(MaxText);
	int64_t start, first;
	int n = 0;

	for (int i = 0; n < 1200000; i++)
		n += rt_snprintf(text + n, 100, "0.0.0.0 tracker%d.example\n", i);
	rt_snprintf(text + n, 1000, "192.0.2.7 last.example\n::1 localhost\n127.0.0.1 localhost\n"
	            "2001:db8::2 both.example\n127.0.0.1 both.example\n");
	put("/etc/hosts", text);
	rt_sleep(3 * RT_SECOND); // a file that was just changed is read each time
	start = rt_nanotime();
	out("end of a large hosts file", lookup("last.example"));
	first = rt_nanotime() - start;
	start = rt_nanotime();
	for (int i = 0; i < 1000; i++)
		lookup("last.example");
	rt_eprintf("hosts: first %ld us, then %ld ns\n", (long)first / 1000,
	           (long)(rt_nanotime() - start) / 1000);
}

static void dialling(void)
{
	char text[200];
	int fd;

	out("localhost", lookup("localhost"));
	fd = rt_listen("tcp", "localhost:8080");
	if (fd >= 0) {
		rt_local_address(fd, text, sizeof text);
		out("listen at localhost", text);
	}
	out("dial localhost", dial("tcp", "localhost:8080"));
	out("IPv6 routed nowhere", dial("tcp", "both.example:8080"));
	out("mapped, tcp4", dial("tcp4", "[::ffff:127.0.0.1]:8080"));
	out("mapped, tcp6", dial("tcp6", "[::ffff:127.0.0.1]:8080"));
	out("[::]", dial("tcp", "[::]:8080"));
	put("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	out("[::] without IPv6", dial("tcp", "[::]:8080"));
	out("no host, without IPv6", dial("tcp", ":8080"));
	out("localhost without IPv6", dial("tcp", "localhost:8080"));
}

static void abstract(void)
{
	char name[120], text[100], got[200];

	for (int n = 107; n <= 109; n++) {
		int fd;

		__builtin_memset(name, 'x', (size_t)n);
		name[0] = '@';
		name[n] = '\0';
		fd = rt_listen("unix", name);
		rt_snprintf(text, sizeof text, "abstract name of %d bytes", n);
		if (fd >= 0)
			rt_local_address(fd, got, sizeof got);
		out(text, fd >= 0 && same(got, name) ? "ok" : "error");
	}
}

static int option(int fd, int level, int name)
{
	int value = -1, size = sizeof value;

	rt_syscall(SYS_getsockopt, fd, level, name, &value, &size);
	return value;
}

static void dialling9090(void *arg)
{
	(void)arg;
	rt_dial("tcp", "127.0.0.1:9090");
}

static void outside(void)
{
	static const struct {
		uint16_t family;
		uint8_t port[2], address[4];
		uint64_t zero;
	} a = { AfInet, { 9090 >> 8, 9090 & 0xff }, { 127, 0, 0, 1 }, 0 };
	static char big[20000];
	char text[100];
	int fd = (int)rt_syscall(SYS_socket, AfInet, SockStream, 0), pair[2];

	rt_syscall(SYS_bind, fd, &a, sizeof a);
	rt_syscall(SYS_listen, fd, 10);
	rt_go(dialling9090, NULL);
	fd = rt_accept(fd);
	rt_snprintf(text, sizeof text, "TCP_NODELAY %d, keep-alive %d", option(fd, 6, 1),
	            option(fd, 1, 9));
	out("listener from outside", text);
	rt_syscall(SYS_socketpair, AfUnix, SockDgram, 0, pair);
	rt_write(pair[0], big, 9000);
	rt_snprintf(text, sizeof text, "%d", (int)rt_read(pair[1], big, sizeof big));
	out("datagram of 9000 to a socket from outside", text);
}

static void itself(void)
{
	char text[20];
	int n = 0;

	put("/proc/sys/net/ipv4/ip_local_port_range", "39998 39998");
	for (int i = 0; i < 100; i++) {
		int fd = rt_dial("tcp", "127.0.0.1:39998");

		n += fd >= 0;
		rt_close(fd);
	}
	rt_snprintf(text, sizeof text, "%d", n);
	out("connected to itself, of 100", text);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	serve(0);
	serve(1);
	resolver();
	hosts();
	dialling();
	abstract();
	outside();
	itself();
	return 0;
}
