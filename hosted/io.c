// io.c - the bytes that go in and out, and what else the calls for descriptors and processes
// access.
//
// Any output comes before any input: through a pipe, a socket, a file or a process, one goroutine
// may tell another what it has done. A close, a shutdown, a deadline and the end of a context are
// output, too: they end others' calls. All share one address, __rt0_io.
#include "hosted/wrap.h"

const char __rt0_io = 1;

#define io __rt0_io

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void taken(void *p, int64_t n)
{
	observe(&io);
	writtenby(p, n > 0 ? (size_t)n : 0);
}

static void giving(const void *p, size_t n)
{
	readby(p, n);
	publish(&io);
}

// A call that did not do all was ended by another one.
static void given(int64_t r, size_t n)
{
	if (r < 0 || (size_t)r < n)
		observe(&io);
}

// A text of which the full length is r.
static void textwritten(char *buf, size_t size, int64_t r)
{
	writtenby(buf, r < 0 ? 0 : least((size_t)r + 1, size));
}

static void pipemade(int fd[2])
{
	writtenby(fd, 2 * sizeof *fd);
	openedfd(fd[0]);
	openedfd(fd[1]);
}

VALUE(rt_read, int64_t, (int fd, void *p, size_t n), (fd, p, n), usingfd(fd), taken(p, r))
VALUE(rt_write, int64_t, (int fd, const void *p, size_t n), (fd, p, n),
      usingfd(fd); giving(p, n), given(r, n))
VALUE(rt_open, int, (const char *path, int flags, int mode), (path, flags, mode),
      stringread(path); publish(&io), observe(&io); openedfd(r))
VALUE(rt_close, int, (int fd), (fd), closingfd(fd); publish(&io), )
VALUE(rt_pipe, int, (int fd[2]), (fd), , if (r == 0) pipemade(fd))

// ---- several pieces ----------------------------------------------------------------------

enum { MostPieces = 1024 }; // the kernel takes

static bool pieces(const rt_iovec *v, int n)
{
	if (n <= 0 || n > MostPieces || !isthere(v, (size_t)n * sizeof *v))
		return false;
	readby(v, (size_t)n * sizeof *v);
	return true;
}

static void takingv(const rt_iovec *v, int n, int64_t r)
{
	observe(&io);
	for (int i = 0; r > 0 && i < n; i++) {
		writtenby(v[i].base, least(v[i].len, (size_t)r));
		r -= (int64_t)least(v[i].len, (size_t)r);
	}
}

static void givingv(const rt_iovec *v, int n)
{
	if (pieces(v, n)) {
		for (int i = 0; i < n; i++)
			readby(v[i].base, v[i].len);
	}
	publish(&io);
}

VALUE(rt_readv, int64_t, (int fd, const rt_iovec *v, int n), (fd, v, n),
      usingfd(fd); pieces(v, n), takingv(v, n, r))
VALUE(rt_writev, int64_t, (int fd, rt_iovec *v, int n), (fd, v, n),
      usingfd(fd); givingv(v, n), observe(&io))
VALUE(rt_sendfile, int64_t, (int out, int in, int64_t *offset, size_t n),
      (out, in, offset, n),
      usingfd(out); usingfd(in); readby(offset, sizeof *offset); publish(&io),
      observe(&io); if (r > 0) writtenby(offset, sizeof *offset))
VALUE(rt_copy, int64_t, (int out, int in, int64_t n), (out, in, n),
      usingfd(out); usingfd(in); publish(&io), observe(&io))

// ---- sockets -----------------------------------------------------------------------------

static void addressread(const rt_address *a)
{
	if (!isthere(a, sizeof *a))
		return;
	readby(&a->size, sizeof a->size);
	if (a->size <= sizeof a->sockaddr)
		readby(a->sockaddr, a->size);
}

static void listenoptionsread(const rt_listen_options *o)
{
	if (!o)
		return;
	readby(&o->backlog, sizeof o->backlog);
	readby(&o->reuse_port, sizeof o->reuse_port);
}

static void stringsread(const char *a, const char *b)
{
	stringread(a);
	stringread(b);
}

VALUE(rt_listen, int, (const char *network, const char *address), (network, address),
      stringsread(network, address); publish(&io), openedfd(r))
VALUE(rt_listen_with, int, (const char *network, const char *address,
      const rt_listen_options *o), (network, address, o),
      stringsread(network, address); listenoptionsread(o); publish(&io), openedfd(r))
VALUE(rt_dial, int, (const char *network, const char *address), (network, address),
      stringsread(network, address); publish(&io), observe(&io); openedfd(r))
VALUE(rt_accept, int, (int fd), (fd), acceptingfd(fd), observe(&io); openedfd(r))
VALUE(rt_shutdown, int, (int fd, int how), (fd, how), usingfd(fd); publish(&io), )
VALUE(rt_local_address, int, (int fd, char *buf, size_t size), (fd, buf, size),
      usingfd(fd), textwritten(buf, size, r))
VALUE(rt_peer_address, int, (int fd, char *buf, size_t size), (fd, buf, size),
      usingfd(fd), textwritten(buf, size, r))
VALUE(rt_set_deadline, int, (int fd, int64_t reading, int64_t writing),
      (fd, reading, writing),
      usingfd(fd); publish(&io), )
VALUE(rt_wait, int, (int fd, int what, int64_t when), (fd, what, when),
      usingfd(fd), observe(&io))
VALUE(rt_recv_from, int64_t, (int fd, void *p, size_t n, rt_address *a), (fd, p, n, a),
      usingfd(fd), taken(p, r); if (r >= 0) writtenby(a, sizeof *a))
VALUE(rt_send_to, int64_t, (int fd, const void *p, size_t n, const rt_address *a),
      (fd, p, n, a),
      usingfd(fd); addressread(a); giving(p, n), given(r, n))

static size_t room(const rt_message *m)
{
	if (!isthere(m, sizeof *m))
		return 0;
	readby(m, offsetof(rt_message, from)); // buf and n
	return m->n;
}

static void received(rt_message *m, size_t n)
{
	writtenby(m, sizeof *m);
	writtenby(m->buf, least(m->n, n));
}

static void sending(const rt_message *m)
{
	size_t n = room(m);

	if (!isthere(m, sizeof *m))
		return;
	addressread(&m->from);
	addressread(&m->local);
	giving(m->buf, n);
}

VALUE(rt_recv_message, int, (int fd, rt_message *m), (fd, m),
      usingfd(fd); size_t n = room(m), observe(&io); if (r == 0) received(m, n))
VALUE(rt_send_message, int, (int fd, const rt_message *m), (fd, m),
      usingfd(fd); sending(m), if (r < 0) observe(&io))

VALUE(rt_address_parse, int, (rt_address *a, const char *network, const char *text),
      (a, network, text),
      stringsread(network, text), if (r == 0) writtenby(a, sizeof *a))
VALUE(rt_address_format, int, (const rt_address *a, char *buf, size_t size),
      (a, buf, size),
      addressread(a), textwritten(buf, size, r))
VALUE(rt_address_equal, bool, (const rt_address *a, const rt_address *b), (a, b),
      addressread(a); addressread(b), )
VALUE(rt_lookup_host, int, (const char *host, rt_address *a, int n), (host, a, n),
      stringread(host), if (r > 0) writtenby(a, (size_t)r * sizeof *a))

// ---- processes ---------------------------------------------------------------------------

enum { MostDescriptors = 1 << 22 }; // more than the kernel allows

static void listread(char *const *list)
{
	for (; isthere(list, sizeof *list); list++) {
		readby(list, sizeof *list);
		if (!*list)
			break;
		stringread(*list);
	}
}

static void optionsread(const rt_process_options *o)
{
	if (!o)
		return;
	readby(o, sizeof *o);
	stringread(o->dir);
	listread(o->env);
	if (o->nfds > 0 && o->nfds <= MostDescriptors)
		readby(o->fds, (size_t)o->nfds * sizeof *o->fds);
	readby(o->uid, sizeof *o->uid);
	readby(o->gid, sizeof *o->gid);
}

VALUE(rt_process_start, int, (rt_process **p, const char *path, char *const args[],
      const rt_process_options *o), (p, path, args, o),
      stringread(path); listread(args); optionsread(o); publish(&io),
      if (r == 0) writtenby(p, sizeof *p))
VALUE(rt_process_wait, int, (rt_process *p, int *status), (p, status), ,
      observe(&io); if (r == 0) writtenby(status, sizeof *status))
VALUE(rt_process_wait_until, int, (rt_process *p, int *status, int64_t when),
      (p, status, when), ,
      observe(&io); if (r == 0) writtenby(status, sizeof *status))
VALUE(rt_process_signal, int, (rt_process *p, int sig), (p, sig), publish(&io), )
