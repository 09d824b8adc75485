// tests/programs/ready.c - rt_wait returns when a descriptor is ready for what was asked, and
// reads nothing.
//
// Promises: it waits for sockets, listeners, pipes, eventfd, timerfd, inotify, pidfd, pseudo
// terminals and epoll's own descriptors; both bits wait for either; an error or a hang-up counts
// as all that was asked; files are -EPERM; closing, deadlines and bad arguments have their
// errors. All that wait for a direction are woken, beside a parked reader and a parked writer.
// Between waits recvmsg, sendmsg, MSG_PEEK and splice work by rt_syscall, with descriptors passed.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// hosted: not thread: a look at what is written takes longer than the deadline
#include "../lib/bare.h"
#include "../lib/test.h"

#include <asm-generic/errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

enum { Both = RT_READABLE | RT_WRITABLE };

static int64_t never = INT64_MAX;

static int64_t soon(void)
{
	return rt_nanotime() + 20 * RT_SECOND;
}

// Not ready now, as a wait whose time is up says.
static void idle(int fd, int what)
{
	equal(rt_wait(fd, what, 0), -ETIMEDOUT);
}

// ---- goroutines that wait -----------------------------------------------------------

typedef struct {
	int fd, what, result;
	rt_waitgroup done;
} Waiter;

static void waits(void *arg)
{
	Waiter *w = arg;

	w->result = rt_wait(w->fd, w->what, never);
	rt_waitgroup_done(&w->done);
}

static void start(Waiter *w, int fd, int what)
{
	*w = (Waiter){ .fd = fd, .what = what };
	rt_waitgroup_add(&w->done, 1);
	rt_go(waits, w);
	for (int i = 0; i < 20; i++)
		rt_gosched(); // it parks, most often
}

static int ended(Waiter *w)
{
	equal(rt_waitgroup_wait_until(&w->done, soon()), 0);
	return w->result;
}

// ---- each kind ----------------------------------------------------------------------

static void pipes(void)
{
	static char full[1 << 20];
	Waiter r, w, b;
	char c;
	int p[2];

	equal(rt_pipe(p), 0);
	idle(p[0], RT_READABLE);
	equal(rt_wait(p[1], RT_WRITABLE, 0), RT_WRITABLE);
	equal(rt_wait(p[1], Both, never), RT_WRITABLE);
	start(&r, p[0], RT_READABLE);
	start(&b, p[0], Both);
	equal(rt_write(p[1], "x", 1), 1);
	equal(ended(&r), RT_READABLE);
	equal(ended(&b), RT_READABLE);
	equal(rt_wait(p[0], RT_READABLE, 0), RT_READABLE); // still: nothing was read
	equal(rt_read(p[0], &c, 1), 1);
	idle(p[0], RT_READABLE);

	rt_set_deadline(p[1], 0, rt_nanotime() + 50 * RT_MILLISECOND);
	check(rt_write(p[1], full, sizeof full) >= 4096);
	rt_set_deadline(p[1], 0, 0);
	idle(p[1], RT_WRITABLE);
	start(&w, p[1], RT_WRITABLE);
	check(rt_read(p[0], full, sizeof full) > 4096);
	equal(ended(&w), RT_WRITABLE);
	while (rt_wait(p[0], RT_READABLE, 0) > 0)
		check(rt_read(p[0], full, sizeof full) > 0);

	start(&r, p[0], RT_READABLE); // a hang-up
	equal(rt_close(p[1]), 0);
	equal(ended(&r), RT_READABLE);
	equal(rt_wait(p[0], Both, never), Both);
	equal(rt_read(p[0], &c, 1), 0);
	equal(rt_close(p[0]), 0);

	equal(rt_pipe(p), 0); // an error
	start(&b, p[1], RT_READABLE);
	equal(rt_close(p[0]), 0);
	equal(ended(&b), RT_READABLE);
	equal(rt_close(p[1]), 0);
}

static void counters(void)
{
	struct itimerspec at = { .it_value = { 0, 20000000 } };
	int e = (int)rt_syscall(SYS_eventfd2, 0, EFD_CLOEXEC);
	int t = (int)rt_syscall(SYS_timerfd_create, 1, TFD_CLOEXEC | TFD_NONBLOCK);
	uint64_t v = 7;
	Waiter w;

	idle(e, RT_READABLE);
	start(&w, e, RT_READABLE);
	equal(rt_syscall(SYS_write, e, &v, 8), 8);
	equal(ended(&w), RT_READABLE);
	equal(rt_syscall(SYS_read, e, &v, 8), 8);
	equal(v, 7);
	idle(e, RT_READABLE);
	equal(rt_syscall(SYS_timerfd_settime, t, 0, &at, NULL), 0);
	equal(rt_wait(t, RT_READABLE, soon()), RT_READABLE);
	equal(rt_syscall(SYS_read, t, &v, 8), 8);
	equal(v, 1);
	equal(rt_close(e), 0);
	equal(rt_close(t), 0);
}

static void watched(void)
{
	char path[256], buf[1024];
	int n = (int)rt_syscall(SYS_inotify_init1, IN_CLOEXEC), fd;
	Waiter w;

	rt_snprintf(path, sizeof path, "%s/file", rt_getenv("RT0_TMP"));
	check(rt_syscall(SYS_inotify_add_watch, n, rt_getenv("RT0_TMP"), IN_CREATE) >= 0);
	idle(n, RT_READABLE);
	start(&w, n, RT_READABLE);
	fd = rt_open(path, O_CREAT | O_RDWR, 0600);
	check(fd >= 0);
	equal(ended(&w), RT_READABLE);
	check(rt_read(n, buf, sizeof buf) > 0);
	equal(rt_wait(fd, RT_READABLE, never), -EPERM);
	equal(rt_wait(fd, Both, 0), -EPERM);
	equal(rt_close(fd), 0);
	equal(rt_close(n), 0);
}

static void processes(void)
{
	int64_t pid;
	Waiter w;
	char c;
	int p[2], fd;

	equal(rt_pipe(p), 0);
	pid = barefork();
	if (pid == 0) { // ends when the pipe has something
		for (;;) {
			if (bare(SYS_read, p[0], (int64_t)(intptr_t)&c, 1) == 1)
				bare(SYS_exit_group, 0, 0, 0);
		}
	}
	fd = (int)rt_syscall(SYS_pidfd_open, pid, 0);
	check(fd >= 0);
	idle(fd, RT_READABLE);
	start(&w, fd, RT_READABLE);
	equal(rt_write(p[1], "x", 1), 1);
	equal(ended(&w), RT_READABLE);
	equal(rt_syscall(SYS_wait4, pid, NULL, 0, NULL), pid);
	equal(rt_close(fd), 0);
	equal(rt_close(p[0]), 0);
	equal(rt_close(p[1]), 0);
}

static void terminals(void)
{
	char path[32], buf[64];
	int master = rt_open("/dev/ptmx", O_RDWR | O_NOCTTY, 0), slave, no = 0, n = -1;
	Waiter w;

	check(master >= 0);
	equal(rt_syscall(SYS_ioctl, master, TIOCSPTLCK, &no), 0);
	equal(rt_syscall(SYS_ioctl, master, TIOCGPTN, &n), 0);
	rt_snprintf(path, sizeof path, "/dev/pts/%d", n);
	slave = rt_open(path, O_RDWR | O_NOCTTY, 0);
	check(slave >= 0);
	idle(slave, RT_READABLE);
	equal(rt_wait(slave, Both, never), RT_WRITABLE);
	start(&w, slave, RT_READABLE);
	equal(rt_write(master, "line\n", 5), 5);
	equal(ended(&w), RT_READABLE);
	equal(rt_read(slave, buf, sizeof buf), 5);
	equal(rt_close(slave), 0);
	equal(rt_close(master), 0);
}

static void connections(void)
{
	int l = rt_listen("tcp", "127.0.0.1:0"), a, b, ep;
	struct { uint32_t events; uint64_t data; } __attribute__((packed)) ev = { 1, 0 };
	char address[64];
	Waiter w;

	check(l >= 0);
	rt_local_address(l, address, sizeof address);
	idle(l, RT_READABLE);
	start(&w, l, RT_READABLE);
	a = rt_dial("tcp", address);
	check(a >= 0);
	equal(ended(&w), RT_READABLE);
	b = rt_accept(l);
	check(b >= 0);
	equal(rt_wait(a, Both, never), RT_WRITABLE);
	ep = (int)rt_syscall(SYS_epoll_create1, O_CLOEXEC);
	equal(rt_syscall(SYS_epoll_ctl, ep, 1, b, &ev), 0);
	start(&w, ep, RT_READABLE); // epoll takes another's descriptor, too
	equal(rt_write(a, "x", 1), 1);
	equal(ended(&w), RT_READABLE);
	equal(rt_wait(b, Both, never), Both);
	equal(rt_shutdown(a, 1), 0);
	equal(rt_read(b, address, 64), 1);
	equal(rt_wait(b, RT_READABLE, never), RT_READABLE); // the end
	equal(rt_close(ep), 0);
	equal(rt_close(a), 0);
	equal(rt_close(b), 0);
	equal(rt_close(l), 0);
}

// ---- errors -------------------------------------------------------------------------

static void errors(void)
{
	Waiter w[4];
	int64_t before;
	int p[2];

	equal(rt_wait(-1, RT_READABLE, 0), -EBADF);
	equal(rt_wait(1000, RT_READABLE, never), -EBADF);
	equal(rt_pipe(p), 0);
	equal(rt_wait(p[0], 0, never), -EINVAL);
	equal(rt_wait(p[0], 4, never), -EINVAL);
	equal(rt_wait(p[0], RT_READABLE | 8, never), -EINVAL);
	equal(rt_wait(p[0], RT_READABLE, rt_nanotime() - 1), -ETIMEDOUT);
	equal(rt_wait(p[0], RT_READABLE, INT64_MIN), -ETIMEDOUT);
	before = rt_nanotime();
	equal(rt_wait(p[0], RT_READABLE, before + 20 * RT_MILLISECOND), -ETIMEDOUT);
	check(rt_nanotime() - before >= 20 * RT_MILLISECOND);

	start(&w[0], p[0], RT_READABLE); // the descriptor's own deadline
	start(&w[1], p[1], RT_READABLE);
	rt_set_deadline(p[0], rt_nanotime() + RT_MILLISECOND, 0);
	equal(ended(&w[0]), -ETIMEDOUT);
	equal(rt_wait(p[0], RT_READABLE, never), -ETIMEDOUT);
	equal(rt_wait(p[0], Both, never), -ETIMEDOUT);
	rt_set_deadline(p[0], 0, 0);
	idle(p[0], RT_READABLE);
	rt_set_deadline(p[1], 1, 0);
	equal(ended(&w[1]), -ETIMEDOUT);
	equal(rt_wait(p[1], RT_WRITABLE, never), RT_WRITABLE);
	rt_set_deadline(p[1], 0, 0);

	for (int i = 0; i < 4; i++)
		start(&w[i], p[0], i % 2 ? Both : RT_READABLE);
	equal(rt_close(p[0]), 0);
	for (int i = 0; i < 4; i++)
		equal(ended(&w[i]), -EBADF);
	equal(rt_wait(p[0], RT_READABLE, never), -EBADF);
	equal(rt_close(p[1]), 0);
}

// ---- beside a reader and a writer -----------------------------------------------------

typedef struct {
	int fd;
	int64_t n;
	rt_waitgroup done, begun;
} Stream;

static void reads(void *arg)
{
	static char buf[1 << 16];
	Stream *s = arg;
	int64_t r;

	while ((r = rt_read(s->fd, buf, sizeof buf)) > 0)
		s->n += r;
	equal(r, 0);
	rt_waitgroup_done(&s->done);
}

static void writes(void *arg)
{
	static char buf[4 << 20];
	Stream *s = arg;

	s->n = rt_write(s->fd, buf, sizeof buf);
	rt_waitgroup_done(&s->done);
}

static void beside(void)
{
	Waiter readers[5], writers[5];
	Stream in = { 0 }, out = { 0 };
	static char buf[1 << 16];
	int64_t n = 0;
	int s[2];

	equal(rt_syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, s),
	      0);
	in.fd = out.fd = s[0];
	rt_waitgroup_add(&in.done, 1);
	rt_waitgroup_add(&out.done, 1);
	rt_go(writes, &out);
	while (rt_wait(s[0], RT_WRITABLE, 0) > 0)
		rt_gosched(); // until the writer has filled it
	rt_go(reads, &in);
	for (int i = 0; i < 5; i++) {
		start(&readers[i], s[0], RT_READABLE);
		start(&writers[i], s[0], RT_WRITABLE);
	}
	while (n < 4 << 20) {
		int64_t r = rt_read(s[1], buf, sizeof buf);

		check(r > 0);
		n += r;
	}
	for (int i = 0; i < 5; i++)
		equal(ended(&writers[i]), RT_WRITABLE);
	equal(rt_waitgroup_wait_until(&out.done, soon()), 0);
	equal(out.n, 4 << 20);
	rt_close(s[1]); // the reader and all that wait see the end
	for (int i = 0; i < 5; i++)
		equal(ended(&readers[i]), RT_READABLE);
	equal(rt_waitgroup_wait_until(&in.done, soon()), 0);
	equal(in.n, 0);
	equal(rt_close(s[0]), 0);
}

// ---- calls by rt_syscall --------------------------------------------------------------

typedef union {
	struct cmsghdr h;
	char room[CMSG_SPACE(sizeof(int))];
} Rights;

static struct msghdr onefd(struct iovec *v, Rights *rights)
{
	return (struct msghdr){ .msg_iov = v, .msg_iovlen = 1, .msg_control = rights,
		                .msg_controllen = sizeof *rights };
}

// Receives one byte with a descriptor, and sends the byte back through it.
static void takesfd(void *arg)
{
	Stream *s = arg;
	char c = 0;
	struct iovec v = { &c, 1 };
	Rights rights = { 0 };
	struct msghdr m = onefd(&v, &rights);
	int fd;

	equal(rt_syscall(SYS_recvmsg, s->fd, &m, 0), -EAGAIN); // made here: O_NONBLOCK
	rt_waitgroup_done(&s->begun);
	equal(rt_wait(s->fd, RT_READABLE, soon()), RT_READABLE);
	equal(rt_syscall(SYS_recvfrom, s->fd, &c, 1, MSG_PEEK, NULL, NULL), 1);
	equal(rt_wait(s->fd, RT_READABLE, 0), RT_READABLE);
	equal(rt_syscall(SYS_recvmsg, s->fd, &m, MSG_CMSG_CLOEXEC), 1);
	equal(rights.h.cmsg_type, SCM_RIGHTS);
	__builtin_memcpy(&fd, CMSG_DATA(&rights.h), sizeof fd);
	equal(rt_write(fd, &c, 1), 1);
	equal(rt_close(fd), 0);
	rt_waitgroup_done(&s->done);
}

static void bysyscall(void)
{
	char path[256], c = 'q';
	struct iovec v = { &c, 1 };
	Rights rights = { .h = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct msghdr m = onefd(&v, &rights);
	Stream s = { 0 };
	int l, a, p[2], q[2];

	rt_snprintf(path, sizeof path, "@rt0-ready-%lld", (long long)rt_syscall(SYS_getpid));
	l = rt_listen("unix", path);
	check(l >= 0);
	a = rt_dial("unix", path);
	s.fd = rt_accept(l);
	check(a >= 0 && s.fd >= 0);
	rt_waitgroup_add(&s.done, 1);
	rt_waitgroup_add(&s.begun, 1);
	rt_go(takesfd, &s);
	rt_waitgroup_wait(&s.begun);
	equal(rt_pipe(p), 0);
	__builtin_memcpy(CMSG_DATA(&rights.h), &p[1], sizeof p[1]);
	for (int i = 0; i < 20; i++)
		rt_gosched();
	equal(rt_wait(a, RT_WRITABLE, soon()), RT_WRITABLE);
	equal(rt_syscall(SYS_sendmsg, a, &m, MSG_NOSIGNAL), 1);
	equal(rt_close(p[1]), 0);
	equal(rt_wait(p[0], RT_READABLE, soon()), RT_READABLE);

	equal(rt_pipe(q), 0); // splice moves what rt_wait has seen, and rt_read sees the rest
	equal(rt_syscall(SYS_splice, p[0], NULL, q[1], NULL, 10, 0), 1);
	c = 0;
	equal(rt_read(q[0], &c, 1), 1);
	equal(c, 'q');
	equal(rt_waitgroup_wait_until(&s.done, soon()), 0);

	// A read that empties the socket expects an edge; a raw call in between does no harm.
	equal(rt_write(a, "12", 2), 2);
	equal(rt_read(s.fd, path, 64), 2);
	equal(rt_write(a, "345", 3), 3);
	equal(rt_wait(s.fd, RT_READABLE, soon()), RT_READABLE);
	equal(rt_syscall(SYS_recvfrom, s.fd, path, 1, 0, NULL, NULL), 1);
	equal(rt_read(s.fd, path, 64), 2);
	equal(rt_close(q[0]), 0);
	equal(rt_close(q[1]), 0);
	equal(rt_close(p[0]), 0);
	equal(rt_close(a), 0);
	equal(rt_close(s.fd), 0);
	equal(rt_close(l), 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	pipes();
	counters();
	watched();
	processes();
	terminals();
	connections();
	errors();
	beside();
	bysyscall();
	return 0;
}
