// tests/internal/happyeyeballs.c - dialling a name with several addresses (RFC 8305).
//
// Promises: an address that does not answer costs a quarter of a second, one that refuses
// nothing; those that were silent may still win, also
// when there are no descriptors for the next; the others are closed, without a
// descriptor left; the families alternate; the first error is the result when all fail, except
// those of addresses that this machine has no way to; datagrams and listening take what
// is there. rt_listen takes an IPv4 address first.
// timeout: 60
// matrix: GOMAXPROCS=1,2
#include "dnsserver.h"

#include "runtime/io/address.h"

enum { Rounds = 20 };

static int port; // free at all addresses of loopback
static char address[100];

static void hosts(const char *text)
{
	putfile(hostsfile, text);
}

// host with the port.
static const char *at(const char *host)
{
	static char text[2][100];
	static int turn;

	turn ^= 1;
	rt_snprintf(text[turn], sizeof text[turn], "%s:%d", host, port);
	return text[turn];
}

static int dial(const char *network)
{
	char text[100];

	rt_snprintf(text, sizeof text, "many.example:%d", port);
	return rt_dial(network, text);
}

// A listener whose queue is full: it drops what comes, as a network without a way does.
typedef struct {
	int listener, queued[3];
} Silent;

// The queue takes one more than its limit. That it is full shows in the first that waits.
static void silence(Silent *s, const char *network, const char *host)
{
	rt_listen_options o = { .backlog = 1 };

	s->listener = rt_listen_with(network, at(host), &o);
	check(s->listener >= 0);
	for (int i = 0; i < 2; i++) {
		s->queued[i] = rt_dial(network, at(host));
		check(s->queued[i] >= 0);
	}
}

static void unsilence(Silent *s)
{
	for (int i = 0; i < 2; i++)
		rt_close(s->queued[i]);
	rt_close(s->listener);
}

// How many descriptors are open.
static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 200; fd++)
		n += rt_syscall(SYS_fcntl, fd, 1, 0) >= 0; // F_GETFD
	return n;
}

// Dials, and expects the peer, within some time: at least least ms, and at most most, if
// the machine lets us run at all.
static void connects(const char *network, const char *peer, int64_t least, int64_t most)
{
	int64_t best = INT64_MAX, took;
	char text[100];

	for (int i = 0; i < 5 && best > most; i++) {
		int before = descriptors(), fd;

		took = rt_nanotime();
		fd = dial(network);
		took = (rt_nanotime() - took) / RT_MILLISECOND;
		check(fd >= 0);
		rt_peer_address(fd, text, sizeof text);
		if (!streq(text, peer))
			rt_eprintf("%s, not %s\n", text, peer);
		check(streq(text, peer));
		check(took >= least);
		best = min(best, took);
		rt_close(fd);
		equal(descriptors(), before);
	}
	check(best <= most);
}

static void refuses(const char *network, int error)
{
	int before = descriptors();

	equal(dial(network), -error);
	equal(descriptors(), before);
}

// ---- the parts ----------------------------------------------------------------------

static void ipv4(void)
{
	Silent a, b;
	int c = rt_listen("tcp", at("127.0.0.3"));

	check(c >= 0);
	hosts("127.0.0.4 many.example\n127.0.0.5 many.example\n127.0.0.3 many.example\n");
	connects("tcp", at("127.0.0.3"), 0, 100); // two that refuse
	connects("tcp4", at("127.0.0.3"), 0, 100);
	silence(&a, "tcp", "127.0.0.1");
	hosts("127.0.0.1 many.example\n127.0.0.3 many.example\n");
	connects("tcp", at("127.0.0.3"), 250, 400);
	silence(&b, "tcp", "127.0.0.2");
	hosts("127.0.0.1 many.example\n127.0.0.2 many.example\n127.0.0.3 many.example\n");
	connects("tcp", at("127.0.0.3"), 500, 700);
	// One that refuses makes the next begin at once.
	hosts("127.0.0.1 many.example\n127.0.0.4 many.example\n127.0.0.3 many.example\n");
	connects("tcp", at("127.0.0.3"), 250, 400);
	unsilence(&b);
	unsilence(&a);
	rt_close(c);
	hosts("127.0.0.4 many.example\n127.0.0.5 many.example\n");
	refuses("tcp", ECONNREFUSED);
	// Where there is no way to the first, the other's error is the one that says
	// something.
	hosts("255.255.255.255 many.example\n127.0.0.5 many.example\n");
	refuses("tcp", ECONNREFUSED);
}

enum { Few = 64, NoFile = 7 }; // RLIMIT_NOFILE

static uint64_t limits[2]; // of descriptors, before few
static int spent[Few], nspent;

// Leaves two numbers of descriptors: for the set of a race and its first attempt.
static void few(void)
{
	uint64_t low[2];
	int64_t fd;

	equal(rt_syscall(SYS_prlimit64, 0, NoFile, NULL, limits), 0);
	low[0] = Few;
	low[1] = limits[1];
	equal(rt_syscall(SYS_prlimit64, 0, NoFile, low, NULL), 0);
	while ((fd = rt_syscall(SYS_dup, 0)) >= 0)
		spent[nspent++] = (int)fd;
	equal(fd, -EMFILE);
	check(nspent > 2);
	for (int i = 0; i < 2; i++)
		equal(rt_syscall(SYS_close, spent[--nspent]), 0);
}

static void enough(void)
{
	if (nspent == 0)
		return;
	equal(rt_syscall(SYS_prlimit64, 0, NoFile, limits, NULL), 0);
	while (nspent > 0)
		equal(rt_syscall(SYS_close, spent[--nspent]), 0);
}

static void freequeue(void *arg)
{
	Silent *s = arg;
	int fd;

	rt_sleep(400 * RT_MILLISECOND);
	enough();
	while ((fd = rt_accept(s->listener)) >= 0)
		rt_close(fd);
}

// Both are silent, until the first has room again: that wins, when the kernel tries once more
// after a second. So it does if there is no descriptor for the second attempt.
static void late(bool alone)
{
	Silent a, b;
	char text[100];
	int fd;

	hosts("127.0.0.1 many.example\n127.0.0.2 many.example\n");
	silence(&a, "tcp", "127.0.0.1");
	silence(&b, "tcp", "127.0.0.2");
	if (alone)
		few();
	rt_go(freequeue, &a);
	fd = dial("tcp");
	check(fd >= 0);
	rt_peer_address(fd, text, sizeof text);
	check(streq(text, at("127.0.0.1")));
	rt_close(fd);
	unsilence(&b);
	unsilence(&a);
}

static void families(void)
{
	Silent a;
	int v4, v6;

	hosts("::1 many.example\n127.0.0.1 many.example\n");
	v4 = rt_listen("tcp", at("many.example"));
	check(v4 >= 0);
	rt_local_address(v4, address, sizeof address);
	check(streq(address, at("127.0.0.1")));
	connects("tcp", at("127.0.0.1"), 0, 100);
	v6 = rt_listen("tcp", at("[many.example]")); // in brackets, IPv6 first, as in Go
	if (v6 >= 0) {
		rt_local_address(v6, address, sizeof address);
		check(streq(address, at("[::1]")));
		connects("tcp", at("[::1]"), 0, 100);
		rt_close(v6);
		silence(&a, "tcp", "[::1]");
		connects("tcp", at("127.0.0.1"), 250, 400);
		unsilence(&a);
	}
	connects("udp4", at("127.0.0.1"), 0, 100);
	hosts("127.0.0.1 many.example\n127.0.0.4 many.example\n");
	refuses("tcp6", ENOENT); // no server knows it
	rt_close(v4);
}

static void racing(void *arg)
{
	for (int i = 0; i < Rounds; i++) {
		int fd = dial("tcp");

		check(fd >= 0);
		rt_close(fd);
	}
	rt_waitgroup_done(arg);
}

static void accepting(void *arg)
{
	int fd;

	while ((fd = rt_accept((int)(intptr_t)arg)) >= 0)
		rt_close(fd);
}

static void together(void)
{
	rt_waitgroup wg = { 0 };
	int before, listener = rt_listen("tcp", at("127.0.0.3"));

	hosts("127.0.0.4 many.example\n127.0.0.3 many.example\n127.0.0.5 many.example\n");
	rt_go(accepting, (void *)(intptr_t)listener);
	before = descriptors();
	rt_waitgroup_add(&wg, 20);
	for (int i = 0; i < 20; i++)
		rt_go(racing, &wg);
	rt_waitgroup_wait(&wg);
	while (descriptors() != before) // those that are accepted still
		rt_gosched();
	rt_close(listener);
}

static int freeport(void)
{
	char text[100];
	int listener = rt_listen("tcp", "127.0.0.1:0");
	uint64_t n;

	rt_local_address(listener, text, sizeof text);
	check(atou64(afterprefix(text, "127.0.0.1:"), &n));
	rt_close(listener);
	return (int)n;
}

static bool nosuch(const Asked *q, Answer *a)
{
	(void)q;
	a->flags |= 3;
	return true;
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	ownfiles();
	startservers(nosuch);
	putfile(resolvfile, "nameserver 127.0.0.1\nsearch .\n");
	port = freeport();
	ipv4();
	late(false);
	late(true);
	families();
	together();
	return 0;
}
