// tests/check/namespace.c - for namespace.sh: what wants a network and a system of its own.
// The part is the first argument.
#include "../lib/test.h"

#include <fcntl.h>

enum {
	AfInet = 2, AfInet6 = 10, Econnrefused = 111, Etimedout = 110, SolSocket = 1,
	SoDomain = 39, TunSetIff = 0x400454ca, TunSetPersist = 0x400454cb,
	IffTun = 1, IffNoPi = 0x1000, Payload = 8000, IpUdp = 20 + 8,
};

static void put(const char *path, const char *text)
{
	int fd = rt_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int64_t n = 0;

	check(fd >= 0);
	while (text[n])
		n++;
	equal(rt_write(fd, text, (size_t)n), n);
	rt_close(fd);
}

static int dial(const char *network, const char *address, char *peer)
{
	int fd = rt_dial(network, address);

	if (fd < 0)
		return fd;
	check(rt_peer_address(fd, peer, 100) > 0);
	rt_close(fd);
	return 0;
}

static void reaches(const char *network, const char *address, const char *wanted)
{
	char peer[100];
	int r = dial(network, address, peer);

	if (r < 0 || !same(peer, wanted))
		rt_eprintf("%s %s: %d, %s\n", network, address, r, r < 0 ? "" : peer);
	equal(r, 0);
	check(same(peer, wanted));
}

// ---- the parts ----------------------------------------------------------------------

// The kernel has a single local port to choose.
static void selfconnect(void)
{
	int listener;

	put("/proc/sys/net/ipv4/ip_local_port_range", "39998 39998\n");
	for (int i = 0; i < 100; i++) {
		equal(rt_dial("tcp", "127.0.0.1:39998"), -Econnrefused);
		equal(rt_dial("tcp", "[::1]:39998"), -Econnrefused);
		equal(rt_dial("tcp", "localhost:39998"), -Econnrefused);
	}
	listener = rt_listen("tcp", ":39998");
	check(listener >= 0);
	rt_close(listener);
}

static int questions;

static void serve(void *arg)
{
	static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 8 };
	static const char wanted[] = "\2db\4corp\7example";
	int fd = (int)(intptr_t)arg;
	uint8_t m[1500];
	rt_address from;

	while (rt_recv_from(fd, m, sizeof m, &from) >= 12) {
		size_t n = 12;

		__atomic_fetch_add(&questions, 1, __ATOMIC_SEQ_CST);
		while (m[n])
			n += m[n] + 1u;
		m[2] = 0x81;
		m[3] = 0x80;
		if (__builtin_memcmp(m + 12, wanted, sizeof wanted) != 0)
			m[3] |= 3;
		m[7] = !(m[3] & 3) && m[n + 2] == 1;
		m[11] = 0;
		n += 5;
		__builtin_memcpy(m + n, record, sizeof record);
		rt_send_to(fd, m, n + (m[7] ? sizeof record : 0), &from);
	}
}

// The host is web1.corp.example.
static void names(void)
{
	int server = rt_listen("udp", "127.0.0.2:53");
	char text[100];
	rt_address a;

	check(server >= 0);
	rt_go(serve, (void *)(intptr_t)server);
	equal(rt_lookup_host("db", &a, 1), 1);
	check(rt_address_format(&a, text, sizeof text) > 0 && same(text, "192.0.2.8:0"));
	check(__atomic_load_n(&questions, __ATOMIC_SEQ_CST) == 2);
	check(rt_dial("tcp", "[fe80::1%nosuch]:80") < 0);
	check(__atomic_load_n(&questions, __ATOMIC_SEQ_CST) == 2);
}

static void withoutipv6(void)
{
	char peer[100];
	int listener;

	put("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1\n");
	listener = rt_listen("tcp", ":8080");
	check(listener >= 0);
	reaches("tcp", "[::]:8080", "127.0.0.1:8080");
	reaches("tcp", ":8080", "127.0.0.1:8080");
	reaches("tcp", "[::ffff:127.0.0.1]:8080", "127.0.0.1:8080");
	reaches("tcp", "localhost:8080", "127.0.0.1:8080");
	reaches("udp", "[::]:8080", "127.0.0.1:8080");
	check(dial("tcp6", "[::]:8080", peer) < 0);
	rt_close(listener);
	equal(rt_dial("tcp", "[::]:8080"), -Econnrefused);
	equal(rt_dial("tcp", "localhost:8080"), -Econnrefused);
	listener = rt_listen("tcp", "localhost:8080");
	check(listener >= 0);
	rt_close(listener);
}

static int tun(void)
{
	struct {
		char name[16];
		uint16_t flags;
		char rest[22];
	} r = { "tun0", IffTun | IffNoPi, { 0 } };
	int64_t fd = rt_syscall(SYS_open, "/dev/net/tun", O_RDWR, 0);

	if (fd < 0 || rt_syscall(SYS_ioctl, fd, TunSetIff, &r) < 0) {
		rt_printf("no tun\n");
		rt_exit(0);
	}
	equal(rt_syscall(SYS_ioctl, fd, TunSetPersist, 1), 0); // the script sets it up
	return (int)fd;
}

static uint16_t checksum(const uint8_t *p, int n)
{
	uint32_t sum = 0;

	for (int i = 0; i < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

// A datagram from 192.0.2.2 comes out of the device as one packet, whatever it is written
// with.
static void packets(int device)
{
	static uint8_t packet[IpUdp + Payload] = {
		0x45, 0, (IpUdp + Payload) >> 8, (uint8_t)(IpUdp + Payload), 0, 1, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 2, 192, 0, 2, 1,
		1, 1, 7000 >> 8, 7000 & 0xff, (8 + Payload) >> 8, (uint8_t)(8 + Payload), 0, 0,
	};
	static uint8_t got[2 * Payload];
	rt_iovec v[] = { { packet, 20 }, { packet + 20, 8 }, { packet + IpUdp, Payload } };
	int fd = rt_listen("udp4", "192.0.2.1:7000");
	uint16_t sum = checksum(packet, 20);

	check(fd >= 0);
	packet[10] = (uint8_t)(sum >> 8);
	packet[11] = (uint8_t)sum;
	for (int i = 0; i < Payload; i++)
		packet[IpUdp + i] = (uint8_t)(i * 31 + i / 777);
	rt_set_deadline(fd, rt_nanotime() + 10 * RT_SECOND, 0);
	equal(rt_write(device, packet, sizeof packet), sizeof packet);
	equal(rt_read(fd, got, sizeof got), Payload);
	check(__builtin_memcmp(got, packet + IpUdp, Payload) == 0);
	equal(rt_writev(device, v, 3), sizeof packet);
	equal(rt_read(fd, got, sizeof got), Payload);
	check(__builtin_memcmp(got, packet + IpUdp, Payload) == 0);
	rt_close(fd);
}

// Packets for 2001:db8::2 go to a device that nobody reads.
static void nowhere(void)
{
	int64_t took, best = INT64_MAX;
	int listener = rt_listen("tcp", "127.0.0.1:8080");

	for (int i = 0; i < 5; i++) {
		took = rt_nanotime();
		reaches("tcp", "both.example:8080", "127.0.0.1:8080");
		took = (rt_nanotime() - took) / RT_MILLISECOND;
		check(took >= 250);
		best = took < best ? took : best;
	}
	check(best < 400);
	rt_close(listener);
}

int rt_main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : "";

	if (same(part, "selfconnect")) {
		selfconnect();
	} else if (same(part, "names")) {
		names();
	} else if (same(part, "withoutipv6")) {
		withoutipv6();
	} else if (same(part, "maketun")) {
		tun();
	} else if (same(part, "tun")) {
		packets(tun());
		nowhere();
	} else {
		return 1;
	}
	rt_printf("ok\n");
	return 0;
}
