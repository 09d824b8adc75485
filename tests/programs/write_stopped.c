// tests/programs/write_stopped.c - rt_write, rt_writev and, to a stream, rt_send_to that a deadline
// or a context stops say how much went out, as Go's Write does; the next call returns the error.
//
// Promises: the other end reads exactly as many bytes; nothing out is the error at once; so does
// rt_printf, which has no way to say more; a close and a broken pipe stay errors. A deadline also
// stops a write that finds the description made blocking, although there is room for a part.
// matrix: GOMAXPROCS=1,4
// timeout: 120
// hosted: not thread: a look at what is written takes longer than the deadlines
#include "../lib/test.h"

#include <asm-generic/errno.h>
#include <fcntl.h>
#include <sys/socket.h>

enum { Size = 8 << 20 };

static char data[Size];

static void opens(int kind, int fd[2])
{
	char address[64];
	int l;

	if (kind == 0) {
		equal(rt_pipe(fd), 0);
	} else if (kind == 1) {
		l = rt_listen("tcp", "127.0.0.1:0");
		rt_local_address(l, address, sizeof address);
		fd[1] = rt_dial("tcp", address);
		fd[0] = rt_accept(l);
		check(fd[0] >= 0 && fd[1] >= 0);
		rt_close(l);
	} else { // from outside: in pieces
		equal(rt_syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	}
}

static int64_t all(int fd)
{
	static char buf[1 << 16];
	int64_t n = 0, r;

	while ((r = rt_read(fd, buf, sizeof buf)) > 0)
		n += r;
	equal(r, 0);
	return n;
}

static int64_t writes(int how, int fd)
{
	rt_iovec v[3] = { { data, 1000 }, { data, 0 }, { data + 1000, Size - 1000 } };
	int64_t n;

	if (how == 0)
		return rt_write(fd, data, Size);
	if (how == 2)
		return rt_send_to(fd, data, Size, NULL);
	n = rt_writev(fd, v, 3);
	if (n > 1000) // it says what is left
		check((char *)v[2].base == data + n && v[2].len == (size_t)(Size - n));
	return n;
}

static void stopped(int kind, int how, bool bycontext)
{
	rt_ctx *c = NULL;
	int64_t n, err = bycontext ? -ECANCELED : -ETIMEDOUT;
	int fd[2];

	opens(kind, fd);
	if (bycontext) {
		c = rt_ctx_with_cancel(rt_ctx_background());
		equal(rt_ctx_bind(c, fd[1]), 0);
		rt_go((rt_func *)(uintptr_t)rt_ctx_cancel, c);
	} else {
		rt_set_deadline(fd[1], 0, rt_nanotime() + 20 * RT_MILLISECOND);
	}
	n = writes(how, fd[1]);
	check((n > 0 && n < Size) || n == err);
	equal(writes(how, fd[1]), err);
	if (bycontext)
		equal(rt_ctx_bind(NULL, fd[1]), 0);
	else
		rt_set_deadline(fd[1], 0, 0);
	equal(rt_close(fd[1]), 0);
	equal(all(fd[0]), n < 0 ? 0 : n);
	equal(rt_close(fd[0]), 0);
	rt_ctx_free(c);
}

typedef struct {
	int fd;
	int64_t n;
	rt_waitgroup done;
} Drain;

static void drains(void *arg)
{
	static char buf[1 << 12];
	Drain *d = arg;

	for (int64_t at = 0; at < d->n;) {
		int64_t want = d->n - at < (int64_t)sizeof buf ? d->n - at : (int64_t)sizeof buf;
		int64_t r = rt_read(d->fd, buf, (size_t)want);

		check(r > 0);
		at += r;
	}
	rt_waitgroup_done(&d->done);
}

// The full pipe or connection gets room for a part of what is written. With one P the drain
// runs once the writer has noticed that the description blocks.
static void made_blocking(int kind, int how)
{
	int64_t filled, flags, n;
	Drain d = { 0 };
	int fd[2];

	opens(kind, fd);
	rt_set_deadline(fd[1], 0, rt_nanotime() + 20 * RT_MILLISECOND);
	filled = writes(0, fd[1]);
	check(filled > 0 && filled < Size);
	flags = rt_syscall(SYS_fcntl, fd[1], F_GETFL);
	check(flags & O_NONBLOCK);
	equal(rt_syscall(SYS_fcntl, fd[1], F_SETFL, flags & ~O_NONBLOCK), 0);
	d.fd = fd[0];
	d.n = filled / 2;
	rt_waitgroup_add(&d.done, 1);
	rt_go(drains, &d);
	rt_set_deadline(fd[1], 0, rt_nanotime() + 300 * RT_MILLISECOND);
	n = writes(how, fd[1]);
	check((n > 0 && n < Size) || n == -ETIMEDOUT);
	rt_waitgroup_wait(&d.done);
	equal(rt_close(fd[1]), 0);
	equal(all(fd[0]), filled - d.n + (n < 0 ? 0 : n));
	equal(rt_close(fd[0]), 0);
}

static void closes(void *fd)
{
	rt_close(*(int *)fd);
}

static void errors(void)
{
	int p[2];

	equal(rt_pipe(p), 0);
	rt_go(closes, &p[1]);
	equal(rt_write(p[1], data, Size), -EBADF);
	equal(rt_close(p[0]), 0);
	equal(rt_pipe(p), 0);
	rt_go(closes, &p[0]);
	equal(rt_write(p[1], data, Size), -EPIPE);
	equal(rt_close(p[1]), 0);
}

// Standard output is a pipe that nobody reads.
static void printed(void)
{
	int p[2];

	equal(rt_pipe(p), 0);
	equal(rt_syscall(SYS_dup3, p[1], 1, 0), 1);
	equal(rt_set_deadline(1, 0, rt_nanotime() + 20 * RT_MILLISECOND), 0);
	__builtin_memset(data, 'd', Size - 1);
	data[Size - 1] = '\0';
	equal(rt_printf("%s", data), -ETIMEDOUT);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (int kind = 0; kind < 3; kind++) {
		for (int how = 0; how < (kind == 0 ? 2 : 3); how++) {
			stopped(kind, how, false);
			stopped(kind, how, true);
		}
	}
	for (int kind = 0; kind < 2; kind++) {
		for (int how = 0; how < 2 + kind; how++)
			made_blocking(kind, how);
	}
	errors();
	printed();
	return 0;
}
