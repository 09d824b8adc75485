// tests/internal/dnsserver.h - servers of names at 127.0.0.1, 127.0.0.2 and 127.0.0.3,
// which say what a test makes them say, and remember what they were asked.
#ifndef DNSSERVER_H
#define DNSSERVER_H

#include "internal.h"

#include "runtime/base/str.h"
#include "runtime/io/dns.h"
#include "runtime/os/syscall.h"

extern const char *hostspath, *resolvpath;
extern uint16_t dnsport;

enum { Servers = 3, MaxAsked = 4096, MaxMessage = 60000 };

typedef struct {
	char name[256]; // lower case, without the last dot
	int server, tcp, type;
	uint32_t id, flags, options; // options: the size of UDP that the asker takes, 0: no EDNS
	rt_address from;
} Asked;

static Asked asked[MaxAsked];
static int nasked; // read and written by one goroutine at a time, under askedlock
static rt_mutex askedlock;

// An answer that is being written.
typedef struct {
	uint8_t msg[MaxMessage];
	uint32_t n, answers, others, flags;
} Answer;

// Fills in the answer to q; false: says nothing.
typedef bool Answering(const Asked *q, Answer *a);
static Answering *answering;

static int udpserver[Servers], tcpserver[Servers];

// ---- writing ------------------------------------------------------------------------

static void put8(Answer *a, uint32_t v)
{
	check(a->n < MaxMessage);
	a->msg[a->n++] = (uint8_t)v;
}

static void put2(Answer *a, uint32_t v)
{
	put8(a, v >> 8);
	put8(a, v);
}

static void putbytes(Answer *a, const void *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		put8(a, ((const uint8_t *)p)[i]);
}

static void putlabels(Answer *a, const char *name)
{
	while (*name) {
		uint32_t n = 0;

		while (name[n] && name[n] != '.')
			n++;
		put8(a, n);
		putbytes(a, name, n);
		name += n + (name[n] == '.');
	}
	put8(a, 0);
}

// name NULL: the one that was asked for.
static void putrecord(Answer *a, const char *name, uint32_t type, const void *data, uint32_t n)
{
	if (name)
		putlabels(a, name);
	else
		put2(a, 0xc00c);
	put2(a, type);
	put2(a, 1);
	put2(a, 0);
	put2(a, 60);
	put2(a, n);
	putbytes(a, data, n);
	a->answers++;
}

static void putv4(Answer *a, uint32_t last)
{
	putrecord(a, NULL, DnsA, (uint8_t[]){ 192, 0, (uint8_t)(last >> 8), (uint8_t)last }, 4);
}

// alias's name is name.
static void putalias(Answer *a, const char *alias, const char *name)
{
	Answer *data = rt_calloc(1, sizeof *data);

	putlabels(data, name);
	putrecord(a, alias, 5, data->msg, data->n);
	rt_free(data);
}

// The options with the upper bits of the result.
static void putoptions(Answer *a, uint32_t upper)
{
	put8(a, 0);
	put2(a, 41);
	put2(a, 1232);
	put8(a, upper);
	put8(a, 0);
	put2(a, 0);
	put2(a, 0);
	a->others++;
}

// ---- serving ------------------------------------------------------------------------

static uint32_t two(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

// Reads the question, and answers it into a. Returns the answer's length, or 0.
static uint32_t handle(const uint8_t *msg, int64_t len, Asked q, Answer *a)
{
	uint32_t at = 12, n = 0;
	bool says;

	check(len > 16 && len < MaxMessage);
	q.id = two(msg);
	q.flags = two(msg + 2);
	equal(two(msg + 4), 1);
	while (msg[at]) {
		for (uint32_t k = msg[at++]; k > 0; k--, at++)
			q.name[n++] = (char)(msg[at] >= 'A' && msg[at] <= 'Z' ? msg[at] | 0x20 : msg[at]);
		q.name[n++] = '.';
	}
	q.name[n - 1] = '\0';
	q.type = (int)two(msg + at + 1);
	at += 5;
	if (two(msg + 10) == 1 && two(msg + at + 1) == 41)
		q.options = two(msg + at + 3);
	rt_mutex_lock(&askedlock);
	check(nasked < MaxAsked);
	asked[nasked++] = q;
	rt_mutex_unlock(&askedlock);
	__builtin_memset(a, 0, sizeof *a);
	putbytes(a, msg, at);
	a->flags = 0x8180;
	says = answering(&q, a);
	a->msg[2] = (uint8_t)(a->flags >> 8);
	a->msg[3] = (uint8_t)a->flags;
	a->msg[6] = (uint8_t)(a->answers >> 8);
	a->msg[7] = (uint8_t)a->answers;
	a->msg[10] = 0;
	a->msg[11] = (uint8_t)a->others;
	return says ? a->n : 0;
}

typedef struct {
	Asked q;
	int64_t n;
	uint8_t msg[1500];
} Datagram;

static void answerdatagram(void *arg)
{
	Datagram *d = arg;
	Answer *a = rt_malloc(sizeof *a);
	uint32_t len = handle(d->msg, d->n, d->q, a);

	if (len > 0)
		rt_send_to(udpserver[d->q.server], a->msg, len, &d->q.from);
	rt_free(a);
	rt_free(d);
}

static void serveudp(void *arg)
{
	for (;;) {
		Datagram *d = rt_calloc(1, sizeof *d);

		d->q.server = (int)(intptr_t)arg;
		d->n = rt_recv_from(udpserver[d->q.server], d->msg, sizeof d->msg, &d->q.from);
		if (d->n <= 0)
			return;
		rt_go(answerdatagram, d);
	}
}

static void servetcp(void *arg)
{
	int i = (int)(intptr_t)arg, fd;
	uint8_t msg[1500];
	Answer *a = rt_malloc(sizeof *a);

	while ((fd = rt_accept(tcpserver[i])) >= 0) {
		int64_t n = rt_read(fd, msg, sizeof msg);

		if (n > 2) {
			uint32_t len = handle(msg + 2, n - 2, (Asked){ .server = i, .tcp = 1 }, a);

			if (len > 0) {
				rt_write(fd, (uint8_t[]){ (uint8_t)(len >> 8), (uint8_t)len }, 2);
				rt_write(fd, a->msg, len);
			}
		}
		rt_close(fd);
	}
	rt_free(a);
}

// A port that is free for UDP and TCP at all addresses.
static bool listenall(void)
{
	char text[64];
	uint64_t port;

	udpserver[0] = rt_listen("udp4", "127.0.0.1:0");
	check(udpserver[0] >= 0);
	rt_local_address(udpserver[0], text, sizeof text);
	check(atou64(afterprefix(text, "127.0.0.1:"), &port));
	dnsport = (uint16_t)port;
	for (int i = 0; i < Servers; i++) {
		rt_snprintf(text, sizeof text, "127.0.0.%d:%d", i + 1, dnsport);
		if (i > 0)
			udpserver[i] = rt_listen("udp4", text);
		tcpserver[i] = rt_listen("tcp4", text);
	}
	for (int i = 0; i < Servers; i++) {
		if (udpserver[i] < 0 || tcpserver[i] < 0)
			return false;
	}
	return true;
}

static void startservers(Answering *fn)
{
	answering = fn;
	while (!listenall()) {
		for (int i = 0; i < Servers; i++) {
			rt_close(udpserver[i]);
			rt_close(tcpserver[i]);
		}
	}
	for (int i = 0; i < Servers; i++) {
		rt_go(serveudp, (void *)(intptr_t)i);
		rt_go(servetcp, (void *)(intptr_t)i);
	}
}

// ---- files --------------------------------------------------------------------------

static char hostsfile[300], resolvfile[300];

// flags: O_WRONLY | O_CREAT | O_TRUNC; <fcntl.h> and os.h disagree about open.
static void putfile(const char *path, const char *text)
{
	int fd = rt_open(path, 01 | 0100 | 01000, 0600);

	check(fd >= 0);
	check(rt_write(fd, text, strlength(text)) >= 0);
	rt_close(fd);
}

static void ownfiles(void)
{
	const char *tmp = rt_getenv("RT0_TMP");

	rt_snprintf(hostsfile, sizeof hostsfile, "%s/hosts", tmp);
	rt_snprintf(resolvfile, sizeof resolvfile, "%s/resolv.conf", tmp);
	hostspath = hostsfile;
	resolvpath = resolvfile;
	putfile(hostsfile, "");
}

#endif
