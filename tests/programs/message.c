// tests/programs/message.c - datagrams with what belongs to them: rt_recv_message gives the
// sender, the address a datagram was sent to, its whole length and whether it was cut off;
// rt_send_message chooses the address to send from.
//
// Promises: IPv4, IPv6, IPv4 on a socket for both, and local sockets; a socket bound to all
// addresses answers from the one that was asked; streams and what is no socket are errors; a
// deadline, a context and a close end a wait; descriptors that a peer passes do not stay.
// rt_address_equal compares what addresses mean.
// matrix: GOMAXPROCS=1,4
#include "../lib/test.h"

#include <asm-generic/errno.h>
#include <fcntl.h>
#include <sys/socket.h>

static rt_address parsed(const char *network, const char *text)
{
	rt_address a;

	equal(rt_address_parse(&a, network, text), 0);
	return a;
}

static const char *text(const rt_address *a)
{
	static char buf[4][128];
	static int next;
	char *s = buf[next++ % 4];

	rt_address_format(a, s, sizeof buf[0]);
	return s;
}

// The port of a socket, from its address's text.
static int port(int fd)
{
	char buf[128], *colon = buf;

	check(rt_local_address(fd, buf, sizeof buf) > 0);
	for (char *p = buf; *p; p++) {
		if (*p == ':')
			colon = p;
	}
	return (int)number(colon + 1);
}

static rt_address at(const char *host, int fd)
{
	char buf[128];

	rt_snprintf(buf, sizeof buf, "%s:%d", host, port(fd));
	return parsed("udp", buf);
}

static void is(const rt_address *a, const char *host, int fd)
{
	rt_address wanted = at(host, fd);

	if (!rt_address_equal(a, &wanted)) {
		rt_eprintf("FAILED: %s is not %s\n", text(a), text(&wanted));
		rt_exit(1);
	}
	check(same(text(a), text(&wanted)));
}

// ---- IP -----------------------------------------------------------------------------

// A client at from sends to a server that listens at all addresses, by to; the answer comes
// from there.
static void roundtrip(const char *network, const char *all, const char *from, const char *to)
{
	char buf[64], local[64];
	rt_message m = { .buf = buf, .n = sizeof buf };
	int server = rt_listen(network, all), client;
	rt_address peer;

	check(server >= 0);
	rt_snprintf(local, sizeof local, "%s:0", from);
	client = rt_listen("udp", local);
	check(client >= 0);
	peer = at(to, server);
	for (int i = 0; i < 2; i++) { // the first asks the kernel for the address
		equal(rt_send_message(client, &(rt_message){ .buf = "question", .n = 8, .from = peer }),
		      0);
		m = (rt_message){ .buf = buf, .n = sizeof buf, .flags = 77 };
		equal(rt_recv_message(server, &m), 0);
		equal(m.n, 8);
		equal(m.flags, 0);
		check(__builtin_memcmp(buf, "question", 8) == 0);
		is(&m.from, from, client);
		is(&m.local, to, server);

		m.n = 4; // back, as it came
		equal(rt_send_message(server, &m), 0);
		m = (rt_message){ .buf = buf, .n = sizeof buf };
		equal(rt_recv_message(client, &m), 0);
		equal(m.n, 4);
		is(&m.from, to, server);
		is(&m.local, from, client);
	}
	equal(rt_close(client), 0);
	equal(rt_close(server), 0);
}

static void cutoff(void)
{
	enum { Sent = 60000, TooMany = 70000 };
	static char big[TooMany], small[8];
	int server = rt_listen("udp", "127.0.0.1:0"), client;
	char address[64];
	rt_message m = { .buf = big, .n = Sent };

	rt_local_address(server, address, sizeof address);
	client = rt_dial("udp", address);
	check(client >= 0);
	__builtin_memset(big, 'b', sizeof big);
	equal(rt_send_message(client, &m), 0); // dialled
	__builtin_memset(small, 0, sizeof small);
	m = (rt_message){ .buf = small, .n = 4 };
	equal(rt_recv_message(server, &m), 0);
	equal(m.n, Sent);
	equal(m.flags, RT_MESSAGE_CUT);
	check(__builtin_memcmp(small, "bbbb\0\0\0\0", 8) == 0);

	equal(rt_send_message(client, &(rt_message){ .buf = NULL, .n = 0 }), 0);
	m = (rt_message){ .buf = small, .n = sizeof small };
	equal(rt_recv_message(server, &m), 0); // an empty one
	equal(m.n, 0);
	equal(m.flags, 0);
	check(m.from.size > 0);
	equal(rt_send_message(client, &(rt_message){ .buf = "xyz", .n = 3 }), 0);
	m = (rt_message){ .buf = NULL, .n = 0 };
	equal(rt_recv_message(server, &m), 0); // no room
	equal(m.n, 3);
	equal(m.flags, RT_MESSAGE_CUT);

	equal(rt_send_message(client, &(rt_message){ .buf = big, .n = TooMany }), -EMSGSIZE);
	m = (rt_message){ .buf = "x", .n = 1, .local = parsed("udp", "[::1]:0") };
	equal(rt_send_message(client, &m), -EAFNOSUPPORT);
	m = (rt_message){ .buf = "x", .n = 1, .local = parsed("udp", "127.0.0.2:0"),
		          .from = parsed("udp", "[::1]:9") };
	equal(rt_send_message(client, &m), -EAFNOSUPPORT);
	m = (rt_message){ .buf = "x", .n = 1, .local = parsed("udp", "127.0.0.2:0") };
	equal(rt_send_message(client, &m), 0);
	equal(rt_close(client), 0);
	equal(rt_close(server), 0);
}

// ---- local sockets --------------------------------------------------------------------

static void local(void)
{
	char path[300], mine[300], buf[16];
	rt_message m = { .buf = buf, .n = sizeof buf };
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} rights = { .h = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec v = { "fd", 2 };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &rights,
		            .msg_controllen = sizeof rights };
	rt_address to;
	int server, client, p[2];
	char c;

	rt_snprintf(path, sizeof path, "%s/server", rt_getenv("RT0_TMP"));
	rt_snprintf(mine, sizeof mine, "%s/client", rt_getenv("RT0_TMP"));
	server = rt_listen("unixgram", path);
	client = rt_listen("unixgram", mine);
	check(server >= 0 && client >= 0);
	to = parsed("unixgram", path);
	m = (rt_message){ .buf = "0123456789", .n = 10, .from = to };
	equal(rt_send_message(client, &m), 0);
	m = (rt_message){ .buf = buf, .n = 4 };
	equal(rt_recv_message(server, &m), 0);
	equal(m.n, 10);
	equal(m.flags, RT_MESSAGE_CUT);
	check(same(text(&m.from), mine));
	check(same(text(&m.local), path));
	check(rt_address_equal(&m.local, &to));
	m.n = 2;
	equal(rt_send_message(server, &m), 0);
	m = (rt_message){ .buf = buf, .n = sizeof buf };
	equal(rt_recv_message(client, &m), 0);
	equal(m.n, 2);

	// A descriptor that is passed: no hang-up as long as it is open.
	equal(rt_pipe(p), 0);
	__builtin_memcpy(CMSG_DATA(&rights.h), &p[1], sizeof p[1]);
	h.msg_name = to.sockaddr;
	h.msg_namelen = to.size;
	equal(rt_syscall(SYS_sendmsg, client, &h, 0), 2);
	m = (rt_message){ .buf = buf, .n = sizeof buf };
	equal(rt_recv_message(server, &m), 0);
	equal(m.n, 2);
	equal(rt_close(p[1]), 0);
	equal(rt_read(p[0], &c, 1), 0);
	equal(rt_close(p[0]), 0);
	equal(rt_close(client), 0);
	equal(rt_close(server), 0);
}

static void pairs(void)
{
	char buf[8];
	rt_message m = { .buf = "hello", .n = 5 };
	int s[2];

	// From outside, in blocking mode.
	equal(rt_syscall(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s), 0);
	equal(rt_send_message(s[0], &m), 0);
	m = (rt_message){ .buf = buf, .n = sizeof buf };
	equal(rt_recv_message(s[1], &m), 0);
	equal(m.n, 5);
	equal(rt_close(s[0]), 0);
	m = (rt_message){ .buf = buf, .n = sizeof buf };
	equal(rt_recv_message(s[1], &m), 0); // the end is an empty one
	equal(m.n, 0);
	equal(rt_close(s[1]), 0);
}

// ---- errors ---------------------------------------------------------------------------

typedef struct {
	int fd, result;
	rt_waitgroup done;
} Waiter;

static void waits(void *arg)
{
	Waiter *w = arg;
	char buf[8];

	w->result = rt_recv_message(w->fd, &(rt_message){ .buf = buf, .n = sizeof buf });
	rt_waitgroup_done(&w->done);
}

static void begin(Waiter *w)
{
	rt_waitgroup_add(&w->done, 1);
	rt_go(waits, w);
	for (int i = 0; i < 10; i++)
		rt_gosched();
}

static void errors(void)
{
	char buf[8];
	rt_message m = { .buf = buf, .n = sizeof buf };
	int l = rt_listen("tcp", "127.0.0.1:0"), u = rt_listen("udp", "127.0.0.1:0"), p[2];
	int f = rt_open("/proc/self/stat", O_RDONLY, 0);
	rt_ctx *c = rt_ctx_with_cancel(rt_ctx_background());
	Waiter w = { .fd = u };

	equal(rt_pipe(p), 0);
	equal(rt_recv_message(l, &m), -EOPNOTSUPP);
	equal(rt_send_message(l, &m), -EOPNOTSUPP);
	equal(rt_recv_message(p[0], &m), -ENOTSOCK);
	equal(rt_send_message(p[1], &m), -ENOTSOCK);
	equal(rt_recv_message(f, &m), -ENOTSOCK);
	equal(rt_recv_message(-1, &m), -EBADF);
	equal(rt_send_message(-1, &m), -EBADF);
	equal(rt_recv_message(u, (rt_message *)8), -EFAULT);
	equal(rt_send_message(u, (rt_message *)8), -EFAULT);
	equal(rt_send_message(u, &m), -EDESTADDRREQ);
	equal(rt_send_message(u, &(rt_message){ .buf = (void *)8, .n = 1, .from = at("127.0.0.1", u) }),
	      -EFAULT);

	rt_set_deadline(u, rt_nanotime() + RT_MILLISECOND, 0);
	equal(rt_recv_message(u, &m), -ETIMEDOUT);
	rt_set_deadline(u, 0, 0);
	equal(rt_ctx_bind(c, u), 0);
	begin(&w);
	rt_ctx_cancel(c);
	rt_waitgroup_wait(&w.done);
	equal(w.result, -ECANCELED);
	equal(rt_ctx_bind(NULL, u), 0);
	begin(&w);
	equal(rt_close(u), 0);
	rt_waitgroup_wait(&w.done);
	equal(w.result, -EBADF);
	rt_ctx_free(c);
	rt_close(l);
	rt_close(f);
	rt_close(p[0]);
	rt_close(p[1]);
}

// ---- comparing ------------------------------------------------------------------------

static void compares(const char *network, const char *x, const char *y, bool equals)
{
	rt_address a = parsed(network, x), b = parsed(network, y);

	if (rt_address_equal(&a, &b) != equals || rt_address_equal(&b, &a) != equals) {
		rt_eprintf("FAILED: %s and %s are %sequal\n", x, y, equals ? "not " : "");
		rt_exit(1);
	}
}

static void equals(void)
{
	rt_address a = { 0 }, b = { 0 }, c = parsed("udp", "1.2.3.4:5"), d = c;
	rt_address u = parsed("unix", "/tmp/x"), v = u;

	compares("udp", "1.2.3.4:5", "1.2.3.4:5", true);
	compares("udp", "1.2.3.4:5", "1.2.3.4:6", false);
	compares("udp", "1.2.3.4:5", "1.2.3.5:5", false);
	compares("udp", "1.2.3.4:5", "[::ffff:1.2.3.4]:5", true);
	compares("udp", "1.2.3.4:5", "[::1.2.3.4]:5", false);
	compares("udp", "[::1]:5", "[0:0::1]:5", true);
	compares("udp", "[::1]:5", "[::2]:5", false);
	compares("udp", "[fe80::1%1]:5", "[fe80::1%2]:5", false);
	compares("udp", "[fe80::1%1]:5", "[fe80::1%1]:5", true);
	compares("unix", "/tmp/a", "/tmp/a", true);
	compares("unix", "/tmp/a", "/tmp/ab", false);
	compares("unix", "@a", "@a", true);
	compares("unix", "@a", "@ab", false);
	compares("unix", "@tmp", "tmp", false);
	check(rt_address_equal(&a, &b));
	check(!rt_address_equal(&a, &c));
	check(!rt_address_equal(&c, &u));
	d.sockaddr[1] = 0x1234; // padding says nothing, nor what is behind
	d.sockaddr[9] = 1;
	d.reserved = 7;
	check(rt_address_equal(&c, &d));
	v.size--; // the path's terminator
	check(rt_address_equal(&u, &v));
	v.size--;
	check(!rt_address_equal(&u, &v));
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	equals();
	roundtrip("udp4", "0.0.0.0:0", "127.0.0.1", "127.0.0.1");
	roundtrip("udp4", "0.0.0.0:0", "127.0.0.5", "127.0.0.7");
	roundtrip("udp4", "127.0.0.9:0", "127.0.0.5", "127.0.0.9");
	roundtrip("udp6", "[::]:0", "[::1]", "[::1]");
	roundtrip("udp", "[::]:0", "127.0.0.1", "127.0.0.8");
	roundtrip("udp", "[::]:0", "[::1]", "[::1]");
	cutoff();
	local();
	pairs();
	errors();
	return 0;
}
