// io.c - files by system calls that let go of the P, and output of text.
#include "include/rt.h"
#include "runtime/base/format.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/sched.h"

enum { PrintBuffer = 4096, POLLIN = 1, POLLOUT = 4 };

// ---- calls that may block -------------------------------------------------------------------

// noinline: its frame is where the goroutine's stack ends during the call.
static __attribute__((noinline)) int64_t blocking(int64_t nr, uint64_t a, uint64_t b,
                                                  uint64_t c, uint64_t d, uint64_t e,
                                                  uint64_t f)
{
	int64_t r;

	entersyscall();
	r = syscall6(nr, a, b, c, d, e, f);
	exitsyscall();
	return r;
}

// The same, begun again after a signal.
static int64_t restarting(int64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	int64_t r;

	do
		r = blocking(nr, a, b, c, 0, 0, 0);
	while (r == -EINTR);
	return r;
}

// A descriptor that came to us non-blocking: waits until it is ready.
static void waitready(int32_t fd, int16_t events)
{
	struct {
		int32_t fd;
		int16_t events, revents;
	} p = { fd, events, 0 };

	restarting(__NR_poll, ptrarg(&p), 1, (uint64_t)-1);
}

int64_t rt_raw_syscall(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e, uint64_t f)
{
	preemptcheck();
	return blocking(nr, a, b, c, d, e, f);
}

// ---- files ------------------------------------------------------------------------------------

int rt_open(const char *path, int flags, int mode)
{
	preemptcheck();
	return (int)restarting(__NR_open, ptrarg(path), (uint32_t)(flags | O_CLOEXEC),
	                       (uint32_t)mode);
}

int64_t rt_read(int fd, void *buf, size_t n)
{
	int64_t r;

	preemptcheck();
	for (;;) {
		r = restarting(__NR_read, (uint32_t)fd, ptrarg(buf), n);
		if (r != -EAGAIN)
			return r;
		waitready(fd, POLLIN);
	}
}

int64_t rt_write(int fd, const void *buf, size_t n)
{
	const char *p = buf;
	size_t done = 0;

	preemptcheck();
	do {
		int64_t r = restarting(__NR_write, (uint32_t)fd, ptrarg(p + done), n - done);

		if (r == -EAGAIN)
			waitready(fd, POLLOUT);
		else if (r < 0)
			return r;
		else
			done += (size_t)r;
	} while (done < n);
	return (int64_t)n;
}

// Linux has closed the descriptor even when it reports EINTR: never twice.
int rt_close(int fd)
{
	int64_t r;

	preemptcheck();
	r = blocking(__NR_close, (uint32_t)fd, 0, 0, 0, 0, 0);
	return r == -EINTR ? 0 : (int)r;
}

int rt_pipe(int fd[2])
{
	return (int)pipe2(fd, O_CLOEXEC);
}

// ---- text -----------------------------------------------------------------------------------------

typedef struct {
	Out out;
	int32_t fd;
} Writer;

static int flushwriter(Out *out)
{
	int64_t r = rt_write(((Writer *)out)->fd, out->buf, out->n);

	return r < 0 ? (int)r : 0;
}

static int vprint(int32_t fd, const char *fmt, va_list ap)
{
	char buf[PrintBuffer];
	Writer w = { .out = { .buf = buf, .size = sizeof buf, .flush = flushwriter }, .fd = fd };

	format(&w.out, fmt, ap);
	if (w.out.err == 0 && w.out.n > 0)
		w.out.err = flushwriter(&w.out);
	return w.out.err ? w.out.err : (int)w.out.total;
}

int rt_printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprint(1, fmt, ap);
	va_end(ap);
	return n;
}

int rt_eprintf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprint(2, fmt, ap);
	va_end(ap);
	return n;
}
