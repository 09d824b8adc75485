// tests/programs/copy.c - rt_copy brings every byte from one descriptor to another, whatever the
// two are: files, pipes, TCP and local connections, files for appending, files of /proc, and
// descriptors from outside in blocking mode.
//
// Promises: it stops after n bytes, at the end of the input, at a deadline, the end of a context
// or a close of either descriptor, while it waits for any of the two; it returns how many bytes
// went, or the error when none did. What it leaves can be read, also after a read that had
// emptied the descriptor.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 200
#include "../lib/waiting.h"

#include <asm-generic/errno.h>
#include <fcntl.h>
#include <sys/socket.h>

enum { Size = 3 << 20, Kinds = 6 };

typedef enum { File, Pipe, Tcp, Unix, OutsidePipe, OutsideUnix } Kind;

static char data[Size], got[Size + 1];
static char inpath[300], outpath[300]; // the file to copy from, and the one to copy to

static void fill(void)
{
	uint64_t seed = 88172645463325252u;

	for (size_t i = 0; i < Size; i++)
		data[i] = (char)next_random(&seed);
}

static void connected(const char *network, const char *address, int fd[2])
{
	int l = rt_listen(network, address);
	char text[128];

	check(l >= 0);
	rt_local_address(l, text, sizeof text);
	fd[1] = rt_dial(network, text);
	fd[0] = rt_accept(l);
	check(fd[0] >= 0 && fd[1] >= 0);
	equal(rt_close(l), 0);
}

// What is written to fd[1] is read from fd[0]. For a file: both are positions in it.
static void opens(Kind kind, const char *path, int fd[2])
{
	char name[64];

	switch (kind) {
	case File:
		fd[1] = rt_open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
		fd[0] = rt_open(path, O_RDONLY, 0);
		check(fd[0] >= 0 && fd[1] >= 0);
		break;
	case Pipe:
		equal(rt_pipe(fd), 0);
		break;
	case Tcp:
		connected("tcp", "127.0.0.1:0", fd);
		break;
	case Unix:
		rt_snprintf(name, sizeof name, "@rt0-copy-%lld", (long long)rt_syscall(SYS_getpid));
		connected("unix", name, fd);
		break;
	case OutsidePipe:
		equal(rt_syscall(SYS_pipe2, fd, O_CLOEXEC), 0);
		break;
	case OutsideUnix:
		equal(rt_syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
		break;
	}
}

typedef struct {
	int fd;
	int64_t n;
	rt_waitgroup done;
} Side;

static void feeds(void *arg)
{
	Side *s = arg;

	for (int64_t at = 0; at < s->n;) {
		int64_t n = s->n - at < 300000 ? s->n - at : 300000;

		equal(rt_write(s->fd, data + at, (size_t)n), n);
		at += n;
		rt_gosched();
	}
	equal(rt_close(s->fd), 0);
	rt_waitgroup_done(&s->done);
}

static void drains(void *arg)
{
	Side *s = arg;
	int64_t r;

	while ((r = rt_read(s->fd, got + s->n, sizeof got - (size_t)s->n)) > 0)
		s->n += r;
	equal(r, 0);
	rt_waitgroup_done(&s->done);
}

static void go(Side *s, rt_func *fn, int fd, int64_t n)
{
	*s = (Side){ .fd = fd, .n = n };
	rt_waitgroup_add(&s->done, 1);
	rt_go(fn, s);
}

static void one(Kind from, Kind to)
{
	Side feeder, drainer;
	int in[2], out[2];
	int64_t n = 0, r;

	__builtin_memset(got, 0, sizeof got);
	opens(from, inpath, in);
	go(&feeder, feeds, in[1], Size);
	if (from == File)
		rt_waitgroup_wait(&feeder.done); // its end is where it is now
	opens(to, outpath, out);
	if (to != File)
		go(&drainer, drains, out[0], 0);
	n = rt_copy(out[1], in[0], 1000001); // so many
	equal(n, 1000001);
	while ((r = rt_copy(out[1], in[0], INT64_MAX)) > 0)
		n += r;
	equal(r, 0);
	equal(n, Size);
	equal(rt_copy(out[1], in[0], 10), 0); // the end again
	equal(rt_close(out[1]), 0);
	if (to == File)
		go(&drainer, drains, out[0], 0);
	rt_waitgroup_wait(&drainer.done);
	if (from != File)
		rt_waitgroup_wait(&feeder.done);
	equal(drainer.n, Size);
	equal(__builtin_memcmp(got, data, Size), 0);
	equal(rt_close(in[0]), 0);
	equal(rt_close(out[0]), 0);
}

// ---- unusual ones ---------------------------------------------------------------------

static void appends(Kind from)
{
	Side feeder, drainer;
	int in[2], out;

	opens(from, inpath, in);
	go(&feeder, feeds, in[1], 200000);
	out = rt_open(outpath, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
	check(out >= 0);
	equal(rt_write(out, data, 10), 10);
	equal(rt_copy(out, in[0], 200000), 200000);
	equal(rt_close(out), 0);
	out = rt_open(outpath, O_RDONLY, 0);
	go(&drainer, drains, out, 0);
	rt_waitgroup_wait(&feeder.done);
	rt_waitgroup_wait(&drainer.done);
	equal(drainer.n, 200010);
	equal(__builtin_memcmp(got, data, 10), 0);
	equal(__builtin_memcmp(got + 10, data, 200000), 0);
	equal(rt_close(out), 0);
	equal(rt_close(in[0]), 0);
}

static void procfile(void)
{
	int f = rt_open("/proc/self/maps", O_RDONLY, 0), p[2], out;
	char buf[100];

	equal(rt_pipe(p), 0);
	check(rt_copy(p[1], f, 60000) > 100);
	check(rt_read(p[0], buf, sizeof buf) > 0);
	rt_close(f);
	f = rt_open("/proc/self/stat", O_RDONLY, 0);
	out = rt_open(outpath, O_CREAT | O_TRUNC | O_RDWR, 0600);
	check(rt_copy(out, f, INT64_MAX) > 10);
	rt_close(f);
	rt_close(out);
	f = rt_open("/dev/zero", O_RDONLY, 0);
	out = rt_open("/dev/null", O_WRONLY, 0);
	equal(rt_copy(out, f, 1000000), 1000000);
	rt_close(f);
	rt_close(out);
	rt_close(p[0]);
	rt_close(p[1]);
}

// ---- errors and stops -------------------------------------------------------------------

typedef struct {
	int out, in;
	int64_t result;
	rt_waitgroup done;
} Copier;

static void copies(void *arg)
{
	Copier *c = arg;

	c->result = rt_copy(c->out, c->in, INT64_MAX);
	rt_waitgroup_done(&c->done);
}

static void begin(Copier *c, int out, int in)
{
	*c = (Copier){ .out = out, .in = in };
	rt_waitgroup_add(&c->done, 1);
	rt_go(copies, c);
	await_in(1, "IO wait");
}

static int64_t ended(Copier *c)
{
	equal(rt_waitgroup_wait_until(&c->done, rt_nanotime() + 20 * RT_SECOND), 0);
	return c->result;
}

static void closes(int *fd)
{
	equal(rt_close(*fd), 0);
	*fd = -1;
}

// While the copy waits for an empty input, and then for a full output.
static void stops(Kind from, Kind to)
{
	rt_ctx *c = rt_ctx_with_cancel(rt_ctx_background());
	int in[2], out[2];
	Copier k;
	char b[4];

	opens(from, inpath, in);
	opens(to, outpath, out);
	begin(&k, out[1], in[0]);
	rt_set_deadline(in[0], rt_nanotime() + RT_MILLISECOND, 0);
	equal(ended(&k), -ETIMEDOUT);
	rt_set_deadline(in[0], 0, 0);
	begin(&k, out[1], in[0]);
	rt_set_deadline(out[1], 0, rt_nanotime() + RT_MILLISECOND);
	equal(ended(&k), -ETIMEDOUT);
	rt_set_deadline(out[1], 0, 0);
	equal(rt_write(in[1], data, 3), 3);
	begin(&k, out[1], in[0]);
	equal(rt_read(out[0], b, 4), 3); // what is there has gone
	equal(rt_ctx_bind(c, out[1]), 0);
	rt_ctx_cancel(c);
	equal(ended(&k), 3);
	equal(rt_copy(out[1], in[0], 1), -ECANCELED);
	equal(rt_ctx_bind(NULL, out[1]), 0);
	rt_ctx_free(c);
	begin(&k, out[1], in[0]);
	closes(&out[1]);
	equal(ended(&k), -EBADF);
	rt_close(out[0]);
	opens(to, outpath, out);
	begin(&k, out[1], in[0]);
	closes(&in[0]);
	equal(ended(&k), -EBADF);
	rt_close(in[1]);

	opens(from, inpath, in);
	begin(&k, out[1], in[0]);
	equal(rt_write(in[1], data, 1000), 1000);
	rt_set_deadline(in[1], 0, rt_nanotime() + 20 * RT_MILLISECOND);
	while (rt_write(in[1], data, Size) == Size)
		; // fills all there is
	closes(&in[0]);
	check(ended(&k) > 0 || k.result == -EBADF);
	rt_close(in[1]);
	rt_close(out[0]);
	rt_close(out[1]);
}

static void errors(void)
{
	int p[2], q[2], f;

	equal(rt_pipe(p), 0);
	equal(rt_pipe(q), 0);
	equal(rt_copy(p[1], p[0], -1), -EINVAL);
	equal(rt_copy(-1, p[0], 1), -EBADF);
	equal(rt_copy(p[1], -1, 1), -EBADF);
	equal(rt_copy(p[1], q[0], 0), 0);
	equal(rt_write(q[1], "abc", 3), 3);
	equal(rt_copy(p[0], q[0], 3), -EBADF); // the wrong end
	f = rt_open(inpath, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	equal(rt_copy(f, f, 10), -EBADF); // not for reading
	rt_close(p[0]);
	equal(rt_write(q[1], "abc", 3), 3);
	equal(rt_copy(p[1], q[0], 3), -EPIPE);
	rt_close(p[1]);
	rt_close(q[0]);
	rt_close(q[1]);
	f = rt_open(inpath, O_RDONLY, 0);
	equal(rt_copy(f, f, 10), 0); // an empty file has nothing for nobody
	rt_close(f);
}

// A short read expects an edge, which the copy must not take away.
static void leaves(Kind kind)
{
	int in[2], out[2];
	char b[64];

	opens(kind, inpath, in);
	opens(Pipe, outpath, out);
	equal(rt_write(in[1], "12", 2), 2);
	equal(rt_read(in[0], b, sizeof b), 2); // empty now, as the runtime knows
	equal(rt_write(in[1], "345678", 6), 6);
	equal(rt_copy(out[1], in[0], 3), 3);
	equal(rt_read(in[0], b, sizeof b), 3);
	equal(b[0], '6');
	for (int i = 0; i < 2; i++) {
		equal(rt_close(in[i]), 0);
		equal(rt_close(out[i]), 0);
	}
}

// An echo server of one copy, in both directions at once.
static void echoes(void *arg)
{
	Side *s = arg;

	s->n = rt_copy(s->fd, s->fd, INT64_MAX);
	equal(rt_close(s->fd), 0);
	rt_waitgroup_done(&s->done);
}

static void echo(Kind kind)
{
	Side server, drainer;
	int fd[2];

	opens(kind, inpath, fd);
	__builtin_memset(got, 0, sizeof got);
	go(&server, echoes, fd[0], 0);
	go(&drainer, drains, fd[1], 0);
	equal(rt_write(fd[1], data, Size), Size);
	equal(rt_shutdown(fd[1], 1), 0);
	rt_waitgroup_wait(&server.done);
	rt_waitgroup_wait(&drainer.done);
	equal(server.n, Size);
	equal(drainer.n, Size);
	equal(__builtin_memcmp(got, data, Size), 0);
	equal(rt_close(fd[1]), 0);
}

// A copy from a descriptor to itself waits for input: what ends the output's direction ends it.
static void echo_stops(Kind kind)
{
	rt_ctx *c = rt_ctx_with_cancel(rt_ctx_background());
	int fd[2];
	Copier k;

	opens(kind, inpath, fd);
	begin(&k, fd[0], fd[0]);
	rt_set_deadline(fd[0], 0, rt_nanotime() + RT_MILLISECOND);
	equal(ended(&k), -ETIMEDOUT);
	rt_set_deadline(fd[0], 0, 0);
	begin(&k, fd[0], fd[0]);
	rt_set_deadline(fd[0], rt_nanotime() + RT_MILLISECOND, 0);
	equal(ended(&k), -ETIMEDOUT);
	rt_set_deadline(fd[0], 0, 0);
	begin(&k, fd[0], fd[0]);
	equal(rt_ctx_bind(c, fd[0]), 0);
	rt_ctx_cancel(c);
	equal(ended(&k), -ECANCELED);
	equal(rt_ctx_bind(NULL, fd[0]), 0);
	rt_ctx_free(c);
	begin(&k, fd[0], fd[0]);
	closes(&fd[0]);
	equal(ended(&k), -EBADF);
	equal(rt_close(fd[1]), 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_snprintf(inpath, sizeof inpath, "%s/in", rt_getenv("RT0_TMP"));
	rt_snprintf(outpath, sizeof outpath, "%s/out", rt_getenv("RT0_TMP"));
	fill();
	for (int from = 0; from < Kinds; from++) {
		for (int to = 0; to < Kinds; to++)
			one((Kind)from, (Kind)to);
	}
	for (int from = 0; from < Kinds; from++) {
		if (from != File)
			appends((Kind)from);
	}
	procfile();
	for (int from = Pipe; from <= OutsideUnix; from++) {
		for (int to = Pipe; to <= Unix; to++)
			stops((Kind)from, (Kind)to);
	}
	errors();
	leaves(Pipe);
	leaves(Tcp);
	leaves(Unix);
	echo(Tcp);
	echo(Unix);
	echo_stops(Tcp);
	echo_stops(Unix);
	return 0;
}
