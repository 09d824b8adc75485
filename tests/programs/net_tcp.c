// tests/programs/net_tcp.c - connections.
//
// Promises: many connections at once over tcp4, tcp6, unix and abstract unix sockets carry
// what is written, in order; addresses are as the interface writes them; a half-closed
// connection still reads, and its peer sees the end, also when the end came with the last
// bytes; a refused one says so; a close wakes accept; vectors and files go out whole.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/waiting.h"

#include <fcntl.h>

enum { Conns = 60, Rounds = 30, Big = 3 << 20 };

static rt_waitgroup all, clients;
static char address[128];
static const char *network;

static void serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[512];
	int64_t n;

	while ((n = rt_read(fd, buf, sizeof buf)) > 0)
		equal(rt_write(fd, buf, (size_t)n), n);
	equal(n, 0);
	equal(rt_close(fd), 0);
	rt_waitgroup_done(&all);
}

static void accepting(void *arg)
{
	int listener = (int)(intptr_t)arg, fd;

	while ((fd = rt_accept(listener)) >= 0) {
		rt_waitgroup_add(&all, 1);
		rt_go(serve, (void *)(intptr_t)fd);
	}
	equal(fd, -EBADF);
	rt_waitgroup_done(&all);
}

static void readfull(int fd, char *buf, int64_t n)
{
	while (n > 0) {
		int64_t r = rt_read(fd, buf, (size_t)n);

		check(r > 0);
		buf += r;
		n -= r;
	}
}

static void client(void *arg)
{
	uint64_t seed = (uint64_t)(intptr_t)arg + 1;
	int fd = rt_dial(network, address);
	char out[600], in[600], name[128], c;

	check(fd >= 0);
	check(rt_peer_address(fd, name, sizeof name) >= 0);
	check(same(name, address));
	for (int i = 0; i < Rounds; i++) {
		int64_t n = 1 + (int64_t)(next_random(&seed) % sizeof out);

		for (int64_t k = 0; k < n; k++)
			out[k] = (char)next_random(&seed);
		equal(rt_write(fd, out, (size_t)n), n);
		readfull(fd, in, n);
		for (int64_t k = 0; k < n; k++)
			equal(in[k], out[k]);
	}
	equal(rt_write(fd, "last", 4), 4);
	equal(rt_shutdown(fd, 1), 0);
	readfull(fd, in, 4);
	equal(rt_read(fd, &c, 1), 0);
	equal(rt_close(fd), 0);
	rt_waitgroup_done(&clients);
}

static void echo(const char *net, const char *where)
{
	int listener = rt_listen(net, where);

	check(listener >= 0);
	network = net;
	check(rt_local_address(listener, address, sizeof address) > 0);
	rt_waitgroup_add(&all, 3);
	for (int i = 0; i < 3; i++) // several accept at once
		rt_go(accepting, (void *)(intptr_t)listener);
	rt_waitgroup_add(&clients, Conns);
	for (int i = 0; i < Conns; i++)
		rt_go(client, (void *)(intptr_t)i);
	rt_waitgroup_wait(&clients);
	equal(rt_close(listener), 0);
	rt_waitgroup_wait(&all);
}

// A server that closes right behind its answer: the end may come with the last bytes.
static void shortanswers(void *arg)
{
	int listener = (int)(intptr_t)arg, fd;

	while ((fd = rt_accept(listener)) >= 0) {
		equal(rt_write(fd, "bye", 3), 3);
		equal(rt_close(fd), 0);
	}
	rt_waitgroup_done(&all);
}

static void ends(void)
{
	int listener = rt_listen("tcp4", "127.0.0.1:0");
	char buf[100];

	rt_local_address(listener, address, sizeof address);
	rt_waitgroup_add(&all, 1);
	rt_go(shortanswers, (void *)(intptr_t)listener);
	for (int i = 0; i < 500; i++) {
		int fd = rt_dial("tcp", address);

		equal(rt_read(fd, buf, sizeof buf), 3);
		equal(rt_read(fd, buf, sizeof buf), 0);
		equal(rt_read(fd, buf, sizeof buf), 0);
		equal(rt_close(fd), 0);
	}
	rt_close(listener);
	rt_waitgroup_wait(&all);
	equal(rt_dial("tcp", address), -ECONNREFUSED);
}

static char big[Big];

static void sendbig(void *arg)
{
	int fd = rt_accept((int)(intptr_t)arg), file;
	rt_iovec v[3] = { { big, 1000 }, { big + 1000, 0 }, { big + 1000, Big - 1000 } };
	int64_t offset = 0;
	char path[200];

	rt_snprintf(path, sizeof path, "%s/net_tcp.%s", rt_getenv("RT0_TMP"),
	            rt_getenv("GOMAXPROCS"));
	for (int i = 0; i < Big; i++)
		big[i] = (char)(i * 31 + i / 777);
	file = rt_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(file >= 0);
	equal(rt_write(file, big, Big), Big);
	equal(rt_writev(fd, v, 3), Big);
	equal(rt_sendfile(fd, file, &offset, Big + 5), Big); // ends at the file's end
	equal(offset, Big);
	equal(rt_close(file), 0);
	equal(rt_close(fd), 0);
	rt_waitgroup_done(&all);
}

static void bigdata(void)
{
	int listener = rt_listen("tcp4", "127.0.0.1:0"), fd;
	static char buf[70001];
	char c;

	rt_local_address(listener, address, sizeof address);
	rt_waitgroup_add(&all, 1);
	rt_go(sendbig, (void *)(intptr_t)listener);
	fd = rt_dial("tcp", address);
	for (int64_t at = 0; at < 2 * (int64_t)Big;) {
		rt_iovec v[2] = { { buf, 1 }, { buf + 1, sizeof buf - 1 } };
		int64_t n = rt_readv(fd, v, 2);

		check(n > 0);
		for (int64_t i = 0; i < n; i++, at++)
			equal(buf[i], (char)(at % Big * 31 + at % Big / 777));
	}
	equal(rt_read(fd, &c, 1), 0);
	rt_close(fd);
	rt_close(listener);
	rt_waitgroup_wait(&all);
}

static void addresses(void)
{
	static const char *const texts[][2] = {
		{ "127.0.0.1:80", "127.0.0.1:80" }, { "[::1]:8080", "[::1]:8080" },
		{ "[::]:0", "[::]:0" }, { "[2001:db8:0:0:1:0:0:1]:9", "[2001:db8::1:0:0:1]:9" },
		{ "[fe80::1%7]:1", "[fe80::1%7]:1" }, { "[fe80::1%lo]:1", "[fe80::1%1]:1" },
		{ "[fe80::1%]:1", NULL }, { "[fe80::1%nosuchdevice]:1", NULL }, { "[::ffff:1.2.3.4]:5", "1.2.3.4:5" },
		{ "[1:2:3:4:5:6:7:8]:65535", "[1:2:3:4:5:6:7:8]:65535" },
		{ "[1::]:1", "[1::]:1" }, { "[64:ff9b::1.2.3.4]:1", "[64:ff9b::102:304]:1" },
		{ "1.2.3:80", NULL }, { "256.1.1.1:1", NULL }, { "1.2.3.4:65536", NULL },
		{ "1.2.3.4", NULL }, { "[1::2::3]:1", NULL }, { "1.2.3.4:", NULL },
		{ "[1:2:3:4:5:6:7]:1", NULL }, { "[12345::]:1", NULL }, { "01.2.3.4:1", NULL },
		{ "[::1:80", NULL }, { "::1]:80", NULL }, { "1.2.3.4:-1", NULL },
		{ "[1:2:3:4:5:6:7:8:9]:1", NULL }, { "[:1]:1", NULL }, { "[]:1", NULL },
	};
	char buf[100];
	rt_address a;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		int r = rt_address_parse(&a, "tcp", texts[i][0]);

		if (!texts[i][1]) {
			equal(r, -EINVAL);
			continue;
		}
		equal(r, 0);
		check(rt_address_format(&a, buf, sizeof buf) > 0);
		if (!same(buf, texts[i][1]))
			rt_eprintf("%s is %s\n", texts[i][0], buf);
		check(same(buf, texts[i][1]));
	}
	equal(rt_address_parse(&a, "unix", "@x"), 0);
	equal(rt_address_format(&a, buf, 2), 2);
	check(same(buf, "@"));
	equal(rt_listen("tcp", "nonsense"), -EINVAL);
	equal(rt_listen("nonsense", "127.0.0.1:0"), -EINVAL);
	equal(rt_listen("tcp6", "127.0.0.1:0"), -EAFNOSUPPORT);
	equal(rt_dial("unix", "/nonexistent/socket"), -ENOENT);
	equal(rt_accept(-1), -EBADF);
	equal(rt_local_address(12345, buf, sizeof buf), -EBADF);
}

// An address without a host: any of this machine's to listen at, itself to dial.
static void nohost(const char *net)
{
	char text[128], port[20];
	int listener = rt_listen(net, ":0"), fd, back;

	check(listener >= 0);
	check(rt_local_address(listener, text, sizeof text) > 0);
	rt_snprintf(port, sizeof port, "%s", find(text, same(net, "tcp4") ? ":" : "]:"));
	fd = rt_dial(net, port[0] == ']' ? port + 1 : port);
	check(fd >= 0);
	back = rt_accept(listener);
	check(back >= 0);
	equal(rt_write(fd, "x", 1), 1);
	equal(rt_read(back, text, sizeof text), 1);
	equal(rt_close(fd), 0);
	equal(rt_close(back), 0);
	equal(rt_close(listener), 0);
}

static void visitor(void *arg)
{
	int fd = rt_dial("unix", arg);
	char c;

	check(fd >= 0);
	equal(rt_read(fd, &c, 1), 1);
	equal(rt_close(fd), 0);
	rt_waitgroup_done(&all);
}

// More connections than a local listener has room for: they wait for it.
static void queue(char *path)
{
	enum { Visitors = 8 };
	rt_listen_options one = { .backlog = 1 };
	int listener = rt_listen_with("unix", path, &one);

	check(listener >= 0);
	go_all(&all, Visitors, visitor, path);
	await_in(1, "sleep");
	for (int i = 0; i < Visitors; i++) {
		int fd = rt_accept(listener);

		check(fd >= 0);
		equal(rt_write(fd, "x", 1), 1);
		equal(rt_close(fd), 0);
	}
	rt_waitgroup_wait(&all);
	equal(rt_close(listener), 0);
}

int rt_main(int argc, char **argv)
{
	char path[200];

	(void)argc;
	(void)argv;
	addresses();
	rt_snprintf(path, sizeof path, "%s/socket%s", rt_getenv("RT0_TMP"),
	            rt_getenv("GOMAXPROCS"));
	echo("tcp4", "127.0.0.1:0");
	echo("tcp", "[::1]:0");
	echo("unix", path);
	rt_snprintf(path, sizeof path, "@rt0.%s", rt_getenv("RT0_TMP"));
	echo("unix", path);
	queue(path);
	nohost("tcp4");
	nohost("tcp6");
	ends();
	bigdata();
	return 0;
}
