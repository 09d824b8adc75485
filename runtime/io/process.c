// process.c - handles of processes: waiting for their end, and signals.
//
// A process is a descriptor that becomes readable when it has ended: the kernel's pidfd.
// A goroutine waits for it in the poller, as for any other descriptor, and its entry in
// the table is all the memory that a process needs. An rt_process * is not an address.
// Its low half is the descriptor's number + 1, its high half the use of that number,
// PollDesc.seq. So a handle that is gone is never taken for another process, and
// rt_process_signal may be called with it at any time.
//
// Where the kernel has no pidfd that can be polled (before Linux 5.3), an eventfd takes
// its place. A goroutine whose thread sleeps in waitid writes it.
//
// The process id belongs to the process until wait4 has taken its status. That happens
// under pd.lock, which also protects d->pid, 0 from then on. So the holder of the lock
// can rely on it, unless other code waits for any child or SIGCHLD is ignored.
//
// Follows Go's os/exec_unix.go and os/pidfd_linux.go.
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/io/fd.h"
#include "runtime/io/process.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

enum {
	PPid = 1, // waitid: the next argument is a process id
	WNoHang = 1, WExited = 4, WNoWait = 0x01000000,
};

// ---- handles ------------------------------------------------------------------------

static rt_process *handleof(int32_t fd, const Fd *d)
{
	return (rt_process *)((uintptr_t)d->pd.seq << 32 | ((uint32_t)fd + 1));
}

static int32_t numberof(const rt_process *p)
{
	return (int32_t)(uint32_t)(uintptr_t)p - 1;
}

static bool isprocess(const Fd *d, const rt_process *p)
{
	return (d->flags & FdProcess) &&
	       atomic_load_acquire(&d->pd.seq) == (uint32_t)((uintptr_t)p >> 32);
}

// Keeps p's descriptor from being closed until fdunref. False: p is gone.
static bool hold(const rt_process *p, Fd **d)
{
	if (fdhold(numberof(p), d) < 0)
		return false;
	if (isprocess(*d, p))
		return true;
	fdunref(numberof(p), *d);
	return false;
}

static NORETURN void gone(void)
{
	fatal("use of a process that was waited for or detached");
}

// ---- its end ------------------------------------------------------------------------

// Has pid ended? Its status stays.
static bool ended(int32_t pid)
{
	Siginfo info = { 0 };
	int64_t r = syscall4(__NR_waitid, PPid, (uint32_t)pid, ptrarg(&info),
	                     WExited | WNoHang | WNoWait);

	return r < 0 || info.signo != 0;
}

// Takes the status of a process. Returns 1, 0 if it has not ended, or a negative errno.
// Another waiter may have taken the status and not closed the handle yet.
static int64_t reap(Fd *d, int32_t *status)
{
	int64_t r;

	lockdesc(&d->pd);
	if (d->pid == 0) {
		unlock(&d->pd.lock);
		gone();
	}
	r = syscall4(__NR_wait4, (uint32_t)d->pid, ptrarg(status), WNoHang, 0);
	if (r != 0)
		d->pid = 0;
	unlock(&d->pd.lock);
	return min(r, (int64_t)1);
}

// Parks until the process has ended. The caller has the right to read.
static int64_t awaitend(Fd *d, int32_t *status, int64_t when)
{
	int64_t r;

	if (when != Never)
		netpolldeadline(&d->pd, PollRead, max(when, (int64_t)1));
	while ((r = reap(d, status)) == 0 && (r = netpollwait(&d->pd, PollRead)) == 0)
		;
	if (when != Never)
		netpolldeadline(&d->pd, PollRead, 0);
	return min(r, (int64_t)0);
}

int rt_process_wait_until(rt_process *p, int *status, int64_t when)
{
	int32_t fd = numberof(p), taken = 0;
	int64_t r;
	Fd *d;

	preemptcheck();
	if (!hold(p, &d))
		gone();
	r = fdlock(fd, PollRead, &d);
	fdunref(fd, d);
	if (r < 0 || !isprocess(d, p))
		gone();
	r = awaitend(d, &taken, when);
	fdunlock(fd, d, PollRead);
	if (r == -ETIMEDOUT)
		return (int)r;
	raceinput();
	rt_close(fd);
	if (r == 0 && status)
		*status = taken;
	if (r == 0)
		racegets(status, sizeof *status);
	return (int)r;
}

int rt_process_wait(rt_process *p, int *status)
{
	preemptcheck();
	return rt_process_wait_until(p, status, Never);
}

static void waitdetached(void *p)
{
	rt_process_wait(p, NULL);
}

void rt_process_detach(rt_process *p)
{
	Fd *d;

	preemptcheck();
	if (!p)
		return;
	if (!hold(p, &d))
		gone();
	fdunref(numberof(p), d);
	rt_go(waitdetached, p);
}

// ---- signals ------------------------------------------------------------------------

// Under the PollDesc's lock.
static int64_t sendsignal(int32_t fd, int32_t pid, int32_t sig)
{
	int64_t r;

	if (pid == 0 || ended(pid))
		return -ESRCH;
	r = syscall4(__NR_pidfd_send_signal, (uint32_t)fd, (uint32_t)sig, 0, 0);
	// An old kernel, a filter, an eventfd.
	if (r == -ENOSYS || r == -EPERM || r == -EBADF)
		r = syscall3(__NR_kill, (uint32_t)pid, (uint32_t)sig, 0);
	return r;
}

int rt_process_signal(rt_process *p, int sig)
{
	int32_t fd = numberof(p);
	int64_t r;
	Fd *d;

	preemptcheck();
	raceoutput();
	if (!hold(p, &d))
		return -ESRCH;
	lockdesc(&d->pd);
	r = sendsignal(fd, d->pid, sig);
	unlock(&d->pd.lock);
	fdunref(fd, d);
	return (int)r;
}

int rt_process_pid(const rt_process *p)
{
	int32_t pid;
	Fd *d;

	preemptcheck();
	if (!hold(p, &d))
		return -ESRCH;
	pid = d->pid;
	fdunref(numberof(p), d);
	return pid > 0 ? pid : -ESRCH;
}

// ---- the handle of a new process ----------------------------------------------------

typedef struct {
	Fd *d;
	int32_t fd, pid;
} StandIn;

// Writes the eventfd when the process has ended. The waiter may have seen that before.
static void watchprocess(void *arg)
{
	const StandIn *w = arg;
	uint64_t one = 1;
	int64_t r;

	entersyscallblock();
	do
		r = syscall4(__NR_waitid, PPid, (uint32_t)w->pid, 0, WExited | WNoWait);
	while (r == -EINTR);
	write1(w->fd, &one, sizeof one);
	exitsyscall();
	fdunref(w->fd, w->d);
}

static int64_t installstandin(int32_t pid)
{
	int64_t fd = fdinstall(eventfd(0, O_CLOEXEC | O_NONBLOCK), FdOwn, FdProcess);
	StandIn w = { .fd = (int32_t)fd, .pid = pid };

	if (fd < 0)
		return fd;
	fdhold(w.fd, &w.d);
	rt_go_copy(watchprocess, &w, sizeof w);
	return fd;
}

static int64_t installprocess(int32_t pid, int32_t pidfd)
{
	int64_t fd = pidfd;

	if (fd < 0)
		fd = syscall3(__NR_pidfd_open, (uint32_t)pid, 0, 0);
	fd = fdinstall(fd, FdOwn, FdProcess); // fails if epoll cannot watch it
	return fd < 0 ? installstandin(pid) : fd;
}

// Without a handle the process ends, since nobody could wait for it.
int64_t newprocess(rt_process **p, int32_t pid, int32_t pidfd)
{
	Call c = { __NR_wait4, { (uint32_t)pid } };
	int64_t fd = installprocess(pid, pidfd);
	Fd *d;

	if (fd < 0) {
		syscall3(__NR_kill, (uint32_t)pid, SIGKILL, 0);
		restarting(&c);
		return fd;
	}
	fdhold((int32_t)fd, &d);
	d->pid = pid;
	*p = handleof((int32_t)fd, d);
	fdunref((int32_t)fd, d);
	return 0;
}
