// process.c - programs started in processes of their own, waited for, signalled.
//
// A process is a descriptor that becomes readable when it has ended: the kernel's pidfd. So a
// goroutine waits for it in the poller, as for any other, and the descriptor's entry in the
// table is all the memory there is. An rt_process * is no address, but the descriptor's number
// (+ 1, in the low half) and the use of that number, PollDesc.seq: a handle that is gone is
// never taken for another process, and rt_process_signal may come with one at any time.
//
// Where the kernel has no pidfd that can be polled (before Linux 5.3), an eventfd takes its
// place, which a goroutine writes whose thread sleeps in waitid.
//
// The process id stays the process's until wait4 has taken its status. That happens under the
// PollDesc's lock, which sets pid to 0; so below that lock the number can be trusted, unless
// other code takes the status (waits for any child) or SIGCHLD is ignored.
//
// Follows Go's os/exec_unix.go, os/pidfd_linux.go and os/exec's lookup of names.
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/io/fd.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/spawn.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/m.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sig/sig.h"
#include "runtime/sync/sync.h"

enum {
	MostFds = 1 << 22, // more than the kernel allows
	PPid = 1,          // waitid: the next argument is a process id
	WNoHang = 1, WExited = 4, WNoWait = 0x01000000,
	AllFlags = RT_PROCESS_SEARCH | RT_PROCESS_NEW_GROUP | RT_PROCESS_NEW_SESSION |
	           RT_PROCESS_CLEAR_SIGNALS,
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

// Takes the status of a process that has ended: 1; 0 if it has not; or a negative errno. Another
// waiter may have taken it and not closed the handle yet.
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
	rt_close(fd);
	if (r == 0 && status)
		*status = taken;
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
	if (r == -ENOSYS || r == -EPERM || r == -EBADF) // an old kernel, a filter, an eventfd
		r = syscall3(__NR_kill, (uint32_t)pid, (uint32_t)sig, 0);
	return r;
}

int rt_process_signal(rt_process *p, int sig)
{
	int32_t fd = numberof(p);
	int64_t r;
	Fd *d;

	preemptcheck();
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
} Watch;

// Writes the eventfd when the process has ended. The waiter may have seen that before.
static void watchprocess(void *arg)
{
	const Watch *w = arg;
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
	Watch w = { .fd = (int32_t)fd, .pid = pid };

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

// Stores the handle. Without one the process ends, since nobody could wait for it.
static int64_t newprocess(rt_process **p, int32_t pid, int32_t pidfd)
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

// ---- starting -----------------------------------------------------------------------

// Returns the next absolute place in PATH's rest. A file in the current directory should not run
// because it has the name of a command.
static const char *nextplace(const char **rest, uintptr_t *n)
{
	while (**rest) {
		const char *place = *rest;

		while (**rest && **rest != ':')
			(*rest)++;
		*n = (uintptr_t)(*rest - place);
		if (**rest == ':')
			(*rest)++;
		if (*place == '/')
			return place;
	}
	return NULL;
}

static const char *searchpath(void)
{
	for (char **e = environment(); *e; e++) {
		const char *value = afterprefix(*e, "PATH=");

		if (value)
			return value;
	}
	return "";
}

static bool hasslash(const char *path)
{
	while (*path && *path != '/')
		path++;
	return *path == '/';
}

// Returns the paths that file may have, for Spawn. To be freed.
static char *candidates(const char *file)
{
	const char *rest = searchpath(), *place;
	uintptr_t len = strlength(file), n, room = 1;
	char *paths, *p;

	for (const char *r = rest; nextplace(&r, &n);)
		room += n + 1 + len + 1;
	p = paths = rt_malloc(room);
	while ((place = nextplace(&rest, &n))) {
		__builtin_memcpy(p, place, n);
		p[n] = '/';
		__builtin_memcpy(p + n + 1, file, len + 1);
		p += n + 1 + len + 1;
	}
	*p = '\0';
	return paths;
}

// The descriptors of the child, kept from being closed meanwhile.
typedef struct {
	Fd *d; // NULL: none
	int32_t fd;
} Held;

static void unhold(Held *held, const uint8_t *mode, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		if (!held[i].d)
			continue;
		if (mode[i] == SpawnChanged)
			fdshare(held[i].d);
		fdunref(held[i].fd, held[i].d);
	}
}

// A description that the runtime has made non-blocking is made blocking; so are all that the
// program names. Another user of a pipe does not notice.
static SpawnMode modeof(const Fd *d, bool named)
{
	if (d->kind == FdOwn && (d->flags & (FdStream | FdSocket)) == FdStream)
		return SpawnReopened;
	return named || d->kind == FdOwn ? SpawnBlocking : SpawnAsItIs;
}

// Fills in the arrays from fds; NULL: descriptors 0 to 2, as far as they are open.
static int64_t holdall(Spawn *s, Held *held, const int *fds)
{
	for (int32_t i = 0; i < s->nfd; i++) {
		int32_t fd = fds ? fds[i] : i;

		held[i] = (Held){ NULL, fd };
		s->fd[i] = fd;
		s->mode[i] = SpawnAsItIs;
		if (fd == -1)
			continue;
		if (fdhold(fd, &held[i].d) == 0) {
			s->mode[i] = (uint8_t)modeof(held[i].d, fds != NULL);
		} else if (fds) {
			unhold(held, s->mode, i);
			return -EBADF;
		} else {
			held[i].d = NULL;
			s->fd[i] = -1;
		}
	}
	return 0;
}

// The signals that were ignored when this process was started: its handlers hide that.
static Sigset ignoredsignals(void)
{
	Sigset set = 0;

	for (uint32_t sig = 1; sig < NSIG; sig++) {
		if (handlingSig[sig] && fwdSig[sig] == (uintptr_t)SIG_IGN)
			set |= sigbit(sig);
	}
	return set;
}

// The thread sleeps until the child has executed its program: its P goes to others. Its own g0
// has nothing to do meanwhile, and lends its stack.
static __attribute__((noinline)) int64_t launch(Spawn *s)
{
	int64_t pid;

	entersyscallblock();
	pid = spawn(s, getg()->m->g0->sched.sp);
	exitsyscall();
	return pid;
}

// One at a time where the child changes its identity: os/spawn.c sets an attribute of the
// memory back, and no other child must depend on it then.
static int64_t launchas(Spawn *s)
{
	static rt_mutex identity;
	int64_t pid;

	if (!s->uid && !s->gid)
		return launch(s);
	rt_mutex_lock(&identity);
	pid = launch(s);
	rt_mutex_unlock(&identity);
	return pid;
}

static int64_t launchwith(Spawn *s, const int *fds)
{
	size_t n = (size_t)s->nfd;
	Held *held = rt_malloc(n * (sizeof *held + sizeof *s->fd + sizeof *s->mode));
	int64_t pid;

	s->fd = (int32_t *)(held + n);
	s->mode = (uint8_t *)(s->fd + n);
	pid = holdall(s, held, fds);
	if (pid == 0) {
		pid = launchas(s);
		unhold(held, s->mode, s->nfd);
	}
	rt_free(held);
	return pid;
}

static int64_t launchpath(Spawn *s, const char *path, const rt_process_options *o)
{
	char *paths = NULL;
	int64_t pid;

	s->path = path;
	if (o->flags & RT_PROCESS_SEARCH) {
		if (!canread(path, 1))
			return -EFAULT;
		s->search = !hasslash(path) && *path;
	}
	if (s->search)
		s->path = paths = candidates(path);
	pid = launchwith(s, o->fds);
	rt_free(paths);
	return pid;
}

int rt_process_start(rt_process **p, const char *path, char *const args[],
                     const rt_process_options *options)
{
	static const rt_process_options none;
	const rt_process_options *o = options ? options : &none;
	bool defaults = (o->flags & RT_PROCESS_CLEAR_SIGNALS) != 0;
	Spawn s = {
		.argv = args,
		.env = o->env ? o->env : environment(),
		.dir = o->dir,
		.nfd = o->fds ? o->nfds : 3,
		.missing = !o->fds,
		.session = (o->flags & RT_PROCESS_NEW_SESSION) != 0,
		.group = (o->flags & RT_PROCESS_NEW_GROUP) != 0,
		.defaults = defaults,
		.mask = defaults ? 0 : initSigmask,
		.ignored = defaults ? 0 : ignoredsignals(),
		.uid = o->uid,
		.gid = o->gid,
	};
	int64_t pid;

	preemptcheck();
	if ((o->flags & ~(uint32_t)AllFlags) || s.nfd < 0 || s.nfd > MostFds)
		return -EINVAL;
	pid = launchpath(&s, path, o);
	return pid < 0 ? (int)pid : (int)newprocess(p, (int32_t)pid, s.pidfd);
}
