// io.c - the bytes that go in and out. Any output comes before any input: through a pipe, a
// socket or a file, one goroutine may tell another what it has done.
#include "hosted/wrap.h"

static const char io = 1; // its address

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

VALUE(rt_read, int64_t, (int fd, void *p, size_t n), (fd, p, n), , taken(p, r))
VALUE(rt_write, int64_t, (int fd, const void *p, size_t n), (fd, p, n), giving(p, n), )
VALUE(rt_recv_from, int64_t, (int fd, void *p, size_t n, rt_address *a), (fd, p, n, a), , taken(p, r))
VALUE(rt_send_to, int64_t, (int fd, const void *p, size_t n, const rt_address *a), (fd, p, n, a), giving(p, n), )
VALUE(rt_readv, int64_t, (int fd, const rt_iovec *v, int n), (fd, v, n), , observe(&io))
VALUE(rt_writev, int64_t, (int fd, rt_iovec *v, int n), (fd, v, n), publish(&io), )
VALUE(rt_accept, int, (int fd), (fd), , observe(&io))
VALUE(rt_dial, int, (const char *network, const char *address), (network, address), publish(&io), )
VALUE(rt_close, int, (int fd), (fd), publish(&io), )
VALUE(rt_pipe, int, (int fd[2]), (fd), , if (r == 0) writtenby(fd, 2 * sizeof *fd))
VALUE(rt_raw_syscall, int64_t, (int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f), (nr, a, b, c, d, e, f), publish(&io), observe(&io))
VALUE(rt_raw_syscall_any, int64_t, (int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f), (nr, a, b, c, d, e, f), publish(&io), observe(&io))
