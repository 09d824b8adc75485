// tests/programs/net_udp.c - datagrams, listeners that share a port, descriptors from
// outside.
//
// Promises: a datagram arrives whole, with its sender; a dialled socket sends without an
// address; two listeners with reuse_port share a port; a pipe and a socket pair from raw
// system calls keep their mode, and reading them takes no thread; raw O_NONBLOCK ones
// wait too.
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/waiting.h"

#include <fcntl.h>

enum { Rounds = 300, Shared = 50 };

static rt_waitgroup all;

static void answer(void *arg)
{
	int fd = *(int *)arg;
	char buf[2000];
	rt_address from;

	for (int i = 0; i < Rounds; i++) {
		int64_t n = rt_recv_from(fd, buf, sizeof buf, &from);

		check(n > 0);
		equal(rt_send_to(fd, buf, (size_t)n, &from), n);
	}
	rt_waitgroup_done(&all);
}

static void datagrams(const char *network, const char *where)
{
	int server = rt_listen(network, where), client;
	char address[100], name[100], buf[2000], out[2000];
	rt_address from;

	check(server >= 0);
	check(rt_local_address(server, address, sizeof address) > 0);
	client = rt_dial(network, address);
	check(client >= 0);
	rt_waitgroup_add(&all, 1);
	rt_go(answer, &server);
	for (int i = 0; i < Rounds; i++) {
		int64_t n = 1 + i * 37 % 1900;

		out[0] = (char)i;
		out[n - 1] = (char)i;
		equal(rt_send_to(client, out, (size_t)n, NULL), n);
		equal(rt_recv_from(client, buf, sizeof buf, &from), n);
		equal(buf[n - 1], (char)i);
		check(rt_address_format(&from, name, sizeof name) > 0);
		check(same(name, address));
	}
	rt_waitgroup_wait(&all);
	rt_close(server);
	rt_close(client);
}

static void reuseport(void)
{
	rt_listen_options o = { .backlog = 10, .reuse_port = true };
	char address[100];
	int a = rt_listen_with("tcp", "127.0.0.1:0", &o), b;

	check(a >= 0);
	rt_local_address(a, address, sizeof address);
	equal(rt_listen("tcp", address), -EADDRINUSE);
	b = rt_listen_with("tcp", address, &o);
	check(b >= 0);
	rt_close(a);
	rt_close(b);
}

static int shared[Shared][2];

static void reader(void *arg)
{
	int *fd = arg;
	char c = 0;

	equal(rt_read(fd[0], &c, 1), 1);
	equal(c, 'y');
	equal(rt_read(fd[0], &c, 1), 0);
	rt_waitgroup_done(&all);
}

// flags: O_NONBLOCK or 0. The mode must be what it was afterwards.
static void outside(int flags)
{
	char big[100000] = { 0 }, c;
	int64_t mode, n;

	for (int i = 0; i < Shared; i++) {
		equal(rt_syscall(SYS_pipe2, shared[i], flags), 0);
		rt_waitgroup_add(&all, 1);
		rt_go(reader, shared[i]);
	}
	await_in(Shared, "IO wait");
	for (int i = 0; i < Shared; i++) {
		equal(rt_write(shared[i][1], "y", 1), 1);
		mode = rt_syscall(SYS_fcntl, shared[i][0], F_GETFL, 0);
		equal(mode & O_NONBLOCK, flags);
		equal(rt_syscall(SYS_fcntl, shared[i][1], F_GETFL, 0) & O_NONBLOCK, flags);
		equal(rt_close(shared[i][1]), 0);
	}
	rt_waitgroup_wait(&all);
	for (int i = 0; i < Shared; i++)
		equal(rt_close(shared[i][0]), 0);

	// In pieces.
	equal(rt_syscall(SYS_pipe2, shared[0], flags), 0);
	equal(rt_writev(shared[0][1], (rt_iovec[]){ { "ab", 2 }, { "", 0 }, { "cde", 3 } }, 3), 5);
	equal(rt_read(shared[0][0], big, sizeof big), 5);
	big[5] = '\0';
	check(same(big, "abcde"));
	equal(rt_close(shared[0][0]), 0);
	equal(rt_close(shared[0][1]), 0);

	// A full pipe, and a deadline.
	equal(rt_syscall(SYS_pipe2, shared[0], flags), 0);
	check(rt_syscall(SYS_fcntl, shared[0][1], 1031 /* F_SETPIPE_SZ */,
	                 1 << 16) > 0); // by default it has 16 pages
	equal(rt_set_deadline(shared[0][0], rt_nanotime() + 10 * RT_MILLISECOND, 0), 0);
	equal(rt_read(shared[0][0], &c, 1), -ETIMEDOUT);
	equal(rt_set_deadline(shared[0][1], 0, rt_nanotime() + 10 * RT_MILLISECOND), 0);
	n = rt_write(shared[0][1], big, sizeof big);
	check((n > 0 && n < (int64_t)sizeof big) || n == -ETIMEDOUT); // a busy machine
	equal(rt_write(shared[0][1], big, sizeof big), -ETIMEDOUT);
	rt_close(shared[0][0]);
	rt_close(shared[0][1]);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	datagrams("udp4", "127.0.0.1:0");
	datagrams("udp", "[::1]:0");
	reuseport();
	outside(0);
	outside(O_NONBLOCK);
	return 0;
}
