// tests/programs/net_messages.c - a write to what carries messages is one message.
//
// Promises: rt_write and rt_writev of any length are one message for datagram and sequenced
// packet sockets, made here or from outside, whether they block or not; an empty one, too;
// more pieces than one system call takes are an error, and nothing is sent. To a pipe or a
// stream from outside nothing is cut off, and a full one that blocks does not hold the
// processor.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <fcntl.h>

enum {
	AfUnix = 1, SockStream = 1, SockDgram = 2, SockSeqpacket = 5, SockNonblock = 0x800,
	Emsgsize = 90, Etimedout = 110, Big = 9000, Pieces = 1025,
};

static char out[Big], in[2 * Big];

// The next message at fd is the first n bytes of out, and nothing is behind it.
static void arrives(int fd, int64_t n)
{
	__builtin_memset(in, 0, sizeof in);
	equal(rt_read(fd, in, sizeof in), n);
	check(__builtin_memcmp(in, out, (size_t)n) == 0);
	equal(rt_set_deadline(fd, 1, 0), 0);
	equal(rt_read(fd, in, sizeof in), -Etimedout);
	equal(rt_set_deadline(fd, 0, 0), 0);
}

static void messages(int from, int to)
{
	static rt_iovec many[Pieces];
	rt_iovec v[] = { { out, 0 }, { out, 100 }, { out + 100, 0 }, { out + 100, 200 } };
	rt_iovec w[] = { { out, 4096 }, { out + 4096, Big - 4096 } };
	rt_iovec none[] = { { out, 0 } };

	equal(rt_write(from, out, Big), Big);
	arrives(to, Big);
	equal(rt_write(from, out, 1), 1);
	arrives(to, 1);
	equal(rt_writev(from, v, 4), 300);
	arrives(to, 300);
	equal(rt_writev(from, w, 2), Big);
	arrives(to, Big);
	equal(rt_write(from, out, 0), 0);
	arrives(to, 0);
	equal(rt_writev(from, none, 1), 0);
	arrives(to, 0);
	for (int i = 0; i < Pieces; i++)
		many[i] = (rt_iovec){ out + i, 1 };
	equal(rt_writev(from, many, Pieces), -Emsgsize);
	equal(rt_writev(from, many, Pieces - 1), Pieces - 1);
	arrives(to, Pieces - 1);
	equal(rt_close(from), 0);
	equal(rt_close(to), 0);
}

static void outside(int type)
{
	int fd[2];

	equal(rt_syscall(SYS_socketpair, AfUnix, type, 0, fd), 0);
	messages(fd[0], fd[1]);
}

// A socket of the runtime's own, and one from outside that is a copy of it.
static void dialled(const char *network, const char *address, bool copied)
{
	char text[100];
	int to = rt_listen(network, address), from;

	check(to >= 0);
	check(rt_local_address(to, text, sizeof text) > 0);
	from = rt_dial(network, text);
	check(from >= 0);
	if (copied) {
		int copy = (int)rt_syscall(SYS_dup, from);

		check(copy >= 0);
		rt_close(from);
		from = copy;
	}
	messages(from, to);
}

// What accept returns for a sequenced packet listener, ours and from outside.
static void accepted(bool copied)
{
	char name[100];
	int listener, from, to;

	rt_snprintf(name, sizeof name, "@rt0.messages.%s.%d", rt_getenv("RT0_TMP"), copied);
	listener = rt_listen("unixpacket", name);
	check(listener >= 0);
	if (copied) {
		int copy = (int)rt_syscall(SYS_dup, listener);

		rt_close(listener);
		listener = copy;
	}
	from = rt_dial("unixpacket", name);
	check(from >= 0);
	to = rt_accept(listener);
	check(to >= 0);
	rt_close(listener);
	messages(to, from);
}

static int turns; // of another goroutine

static void turning(void *arg)
{
	int *stop = arg;

	while (!__atomic_load_n(stop, __ATOMIC_SEQ_CST)) {
		__atomic_fetch_add(&turns, 1, __ATOMIC_SEQ_CST);
		rt_gosched();
	}
	__atomic_store_n(stop, 2, __ATOMIC_SEQ_CST);
}

typedef struct {
	int fd;
	bool vector;
	rt_waitgroup *wg;
} Writer;

static void writing(void *arg)
{
	Writer *w = arg;
	rt_iovec v[] = { { out, 5 }, { out + 5, Big - 5 } };

	for (int i = 0; i < 100; i++)
		equal(w->vector ? rt_writev(w->fd, (rt_iovec[]){ v[0], v[1] }, 2) :
		                  rt_write(w->fd, out, Big), Big);
	rt_waitgroup_done(w->wg);
}

// The stream is full before anybody reads: meanwhile others have their turn.
static void streams(const int *fd, bool vector)
{
	rt_waitgroup wg = { 0 };
	Writer w = { fd[1], vector, &wg };
	int stop = 0, before;

	rt_waitgroup_add(&wg, 1);
	rt_go(writing, &w);
	rt_go(turning, &stop);
	before = __atomic_load_n(&turns, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&turns, __ATOMIC_SEQ_CST) < before + 1000)
		rt_gosched();
	for (int64_t at = 0, n; at < 100 * Big; at += n) {
		n = rt_read(fd[0], in, sizeof in);
		check(n > 0);
		for (int64_t i = 0; i < n; i++)
			check(in[i] == out[(at + i) % Big]);
	}
	rt_waitgroup_wait(&wg);
	__atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&stop, __ATOMIC_SEQ_CST) != 2)
		rt_gosched();
}

int rt_main(int argc, char **argv)
{
	int fd[2];

	(void)argc;
	(void)argv;
	for (int i = 0; i < Big; i++)
		out[i] = (char)(i * 31 + i / 777);
	rt_read(-1, in, 1); // the table of descriptors is there
	outside(SockDgram);
	outside(SockDgram | SockNonblock);
	outside(SockSeqpacket);
	outside(SockSeqpacket | SockNonblock);
	for (int copied = 0; copied <= 1; copied++) {
		dialled("udp4", "127.0.0.1:0", copied);
		accepted(copied);
	}
	for (int vector = 0; vector <= 1; vector++) {
		equal(rt_syscall(SYS_pipe2, fd, 0), 0);
		streams(fd, vector);
		rt_close(fd[0]);
		rt_close(fd[1]);
		equal(rt_syscall(SYS_socketpair, AfUnix, SockStream, 0, fd), 0);
		streams(fd, vector);
		rt_close(fd[0]);
		rt_close(fd[1]);
	}
	return 0;
}
