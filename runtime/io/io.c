// io.c - files, by system calls that let go of the P.
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/sched.h"
#include "runtime/sig/sig.h"

enum { POLLIN = 1, POLLOUT = 4 };

// ---- calls that may block -----------------------------------------------------------

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

// ---- files --------------------------------------------------------------------------

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

static int64_t writeerror(int fd, int64_t err)
{
	if (err == -EPIPE && (fd == 1 || fd == 2))
		sigpipe();
	return err;
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
			return writeerror(fd, r);
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
