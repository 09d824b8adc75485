// tests/programs/net_dial.c - what is dialled and listened at, in the corners.
//
// Promises: a socket never connects to itself: that the port is free is ECONNREFUSED;
// connections of a listener from outside get TCP_NODELAY and keep-alive, as those of our
// own do; "::ffff:127.0.0.1" is an IPv4 address; "[::]:N" and ":N" dial this machine; an
// abstract name may fill the whole address; a zone that there is not is an error at once.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

enum {
	Dials = 3000, FreePort = 39998,
	AfUnix = 1, AfInet = 2, SockStream = 1, SolSocket = 1, SoKeepalive = 9, SoDomain = 39,
	IpprotoTcp = 6, TcpNodelay = 1, TcpKeepidle = 4, TcpKeepintvl = 5,
	Einval = 22, Eaddrnotavail = 99, Eafnosupport = 97, Econnrefused = 111,
};

static int option(int fd, int level, int name)
{
	int value = -1, size = sizeof value;

	equal(rt_syscall(SYS_getsockopt, fd, level, name, &value, &size), 0);
	return value;
}

// ---- self-connection ----------------------------------------------------------------

// The kernel's local ports: from 32768 on, unless the system says otherwise. It prefers
// even ones.
static void selfconnect(const char *network, const char *host)
{
	char text[100];

	rt_snprintf(text, sizeof text, "%s:%d", host, FreePort);
	for (int i = 0; i < Dials; i++) {
		int fd = rt_dial(network, text);

		check(fd == -Econnrefused || fd == -Eaddrnotavail);
	}
}

// ---- listeners ----------------------------------------------------------------------

static void connection(int listener, const char *network, const char *address, bool tcp)
{
	int client = rt_dial(network, address), fd;

	check(client >= 0);
	fd = rt_accept(listener);
	check(fd >= 0);
	if (tcp) {
		equal(option(fd, IpprotoTcp, TcpNodelay), 1);
		equal(option(fd, SolSocket, SoKeepalive), 1);
		equal(option(fd, IpprotoTcp, TcpKeepidle), 15);
		equal(option(fd, IpprotoTcp, TcpKeepintvl), 15);
	}
	equal(rt_write(client, "x", 1), 1);
	equal(rt_read(fd, &(char){ 0 }, 1), 1);
	rt_close(client);
	rt_close(fd);
	rt_close(listener);
}

static void foreign(void)
{
	static const struct {
		uint16_t family;
		char path[20];
	} local = { AfUnix, "\0rt0.net_dial.XX" };
	struct {
		uint16_t family, port;
		uint32_t address;
		uint64_t zero;
	} a = { .family = AfInet, .address = 0x0100007f };
	char text[100];
	int own = rt_listen("tcp", "127.0.0.1:0");
	int64_t fd;

	rt_local_address(own, text, sizeof text);
	connection(own, "tcp", text, true);

	fd = rt_syscall(SYS_socket, AfInet, SockStream, 0);
	equal(rt_syscall(SYS_bind, fd, &a, sizeof a), 0);
	equal(rt_syscall(SYS_listen, fd, 10), 0);
	check(rt_local_address((int)fd, text, sizeof text) > 0);
	connection((int)fd, "tcp", text, true);

	fd = rt_syscall(SYS_socket, AfUnix, SockStream, 0);
	equal(rt_syscall(SYS_bind, fd, &local, 2 + 16), 0);
	equal(rt_syscall(SYS_listen, fd, 10), 0);
	connection((int)fd, "unix", "@rt0.net_dial.XX", false);
}

// ---- addresses ----------------------------------------------------------------------

static void mapped(void)
{
	static const struct {
		const char *network;
		int error;
	} networks[] = { { "tcp", 0 }, { "tcp4", 0 }, { "tcp6", Eafnosupport } };
	char text[100], to[100];
	rt_address a;
	int listener = rt_listen("tcp4", "127.0.0.1:0"), fd;

	rt_local_address(listener, text, sizeof text);
	rt_snprintf(to, sizeof to, "[::ffff:127.0.0.1]%s", text + sizeof "127.0.0.1" - 1);
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
		fd = rt_dial(networks[i].network, to);
		if (networks[i].error) {
			equal(fd, -networks[i].error);
			continue;
		}
		check(fd >= 0);
		equal(option(fd, SolSocket, SoDomain), AfInet);
		rt_close(fd);
	}
	rt_close(listener);
	fd = rt_listen("tcp4", "[::ffff:127.0.0.1]:0");
	check(fd >= 0);
	rt_close(fd);
	equal(rt_address_parse(&a, "udp4", "[::ffff:1.2.3.4]:5"), 0);
	equal(*(uint16_t *)a.sockaddr, AfInet);
	check(rt_address_format(&a, text, sizeof text) > 0 && same(text, "1.2.3.4:5"));
	equal(rt_address_parse(&a, "udp6", "[::ffff:1.2.3.4]:5"), 0); // for a socket of IPv6
	equal(*(uint16_t *)a.sockaddr, 10);
	equal(rt_address_parse(&a, "udp4", "[::1]:5"), -Eafnosupport);
	equal(rt_lookup_host("::ffff:1.2.3.4", &a, 1), 1);
	check(rt_address_format(&a, text, sizeof text) > 0 && same(text, "1.2.3.4:0"));
}

// A listener of IPv4 alone is what "[::]:N" finds in the end, with or without IPv6.
static void unspecified(const char *kind)
{
	char v4[10], text[100], to[100];
	int listener, fd;

	rt_snprintf(v4, sizeof v4, "%s4", kind);
	listener = rt_listen(v4, "127.0.0.1:0");
	rt_local_address(listener, text, sizeof text);
	for (int i = 0; i < 2; i++) {
		rt_snprintf(to, sizeof to, "%s%s", i ? "" : "[::]", text + sizeof "127.0.0.1" - 1);
		if (kind[0] == 'u' && i == 0) // with IPv6, ::1 is as good
			continue;
		fd = rt_dial(kind, to);
		check(fd >= 0);
		check(rt_peer_address(fd, to, sizeof to) > 0 && same(to, text));
		rt_close(fd);
	}
	rt_close(listener);
}

static void abstract(void)
{
	char name[120], got[160];

	for (int len = 106; len <= 109; len++) {
		int fd, client;

		for (int i = 0; i < len; i++)
			name[i] = (char)('a' + i % 26);
		name[0] = '@';
		name[len] = 0;
		fd = rt_listen("unix", name);
		if (len == 109) {
			equal(fd, -Einval);
			continue;
		}
		check(fd >= 0);
		equal(rt_local_address(fd, got, sizeof got), len);
		check(same(got, name));
		client = rt_dial("unix", name);
		check(client >= 0);
		equal(rt_peer_address(client, got, sizeof got), len);
		check(same(got, name));
		rt_close(client);
		rt_close(fd);
	}
	name[0] = '/'; // a path has a zero at its end
	name[108] = 0;
	equal(rt_listen("unix", name), -Einval);
}

static void zones(void)
{
	static const char *const texts[] = {
		"fe80::1%nosuch", "fe80::1%", "fe80::1%a name that is too long", "::1%0", "1::2:",
		"fe80::1%99999999999",
	};
	char text[100];
	rt_address a;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		rt_snprintf(text, sizeof text, "[%s]:80", texts[i]);
		equal(rt_dial("tcp", text), -Einval);
		equal(rt_dial("tcp6", text), -Einval);
		equal(rt_listen("udp", text), -Einval);
		equal(rt_address_parse(&a, "udp", text), -Einval);
		equal(rt_lookup_host(texts[i], &a, 1), -Einval);
	}
	equal(rt_lookup_host("fe80::1%lo", &a, 1), 1);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	selfconnect("tcp", "127.0.0.1");
	selfconnect("tcp6", "[::1]");
	foreign();
	mapped();
	unspecified("tcp");
	unspecified("udp");
	abstract();
	zones();
	return 0;
}
