// linux.c - the kernel calls, one function each.
//
// Calls that nothing works without throw when the kernel refuses them; the others return its
// value, a negative errno included.
//
// built: unchecked
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

NORETURN STEP void exit(int32_t status)
{
	syscall3(__NR_exit_group, (uint32_t)status, 0, 0);
	__builtin_trap();
}

int64_t open(const char *path, int32_t flags, int32_t mode)
{
	return syscall4(__NR_openat, (uint64_t)AT_FDCWD, ptrarg(path), (uint32_t)flags,
	                (uint32_t)mode);
}

int64_t read(int32_t fd, void *p, uintptr_t n)
{
	return syscall3(__NR_read, (uint32_t)fd, ptrarg(p), n);
}

int64_t write1(int32_t fd, const void *p, uintptr_t n)
{
	return syscall3(__NR_write, (uint32_t)fd, ptrarg(p), n);
}

int64_t closefd(int32_t fd)
{
	return syscall3(__NR_close, (uint32_t)fd, 0, 0);
}

STEP int64_t sched_getaffinity(int64_t pid, uintptr_t len, uint8_t *buf)
{
	return syscall3(__NR_sched_getaffinity, (uint64_t)pid, len, ptrarg(buf));
}

int64_t setaffinity(int32_t tid, uintptr_t len, const uint8_t *mask)
{
	return syscall3(__NR_sched_setaffinity, (uint32_t)tid, len, ptrarg(mask));
}

// A filter may refuse gettid. The kernel still reveals the thread's id: acquiring a free
// priority-inheritance futex stores the owner's id in its word.
static COLD int32_t lockowner(void)
{
	enum { FutexLockPiPrivate = 134, OwnerMask = 0x3fffffff };
	uint32_t word = 0;

	syscall6(__NR_futex, ptrarg(&word), FutexLockPiPrivate, 0, 0, 0, 0);
	return (int32_t)(word & OwnerMask);
}

STEP int32_t gettid(void)
{
	int64_t tid = syscall3(__NR_gettid, 0, 0, 0);

	return likely(tid > 0) ? (int32_t)tid : lockowner();
}

int32_t getpid(void)
{
	return (int32_t)syscall3(__NR_getpid, 0, 0, 0);
}

int64_t tgkill(int32_t pid, int32_t tid, int32_t sig)
{
	return syscall3(__NR_tgkill, (uint32_t)pid, (uint32_t)tid, (uint32_t)sig);
}

int64_t killthread(int32_t tid, int32_t sig)
{
	int64_t r = tgkill(getpid(), tid, sig);

	// The filter may refuse getpid or tgkill: then by the call that was there before them.
	if (unlikely(r < 0 && r != -ESRCH && r != -EAGAIN))
		r = syscall3(__NR_tkill, (uint32_t)tid, (uint32_t)sig, 0);
	return r;
}

int32_t raise(int32_t sig)
{
	return (int32_t)killthread(gettid(), sig);
}

void raisedefault(int32_t sig)
{
	Sigaction dfl = { .handler = SIG_DFL };
	Sigset unblock = (Sigset)1 << (sig - 1);

	sigaction(sig, &dfl, NULL);
	sigprocmask(SIG_UNBLOCK, &unblock, NULL);
	raise(sig);
}

uint64_t stacklimit(void)
{
	enum { RLIMIT_STACK = 3 };
	uint64_t now_most[2] = { 0 };

	if (syscall4(__NR_prlimit64, 0, RLIMIT_STACK, 0, ptrarg(now_most)) < 0)
		return UINT64_MAX;
	return now_most[0];
}

void osyield(void)
{
	syscall3(__NR_sched_yield, 0, 0, 0);
}

uint32_t currentcpu(void)
{
	uint32_t cpu = UINT32_MAX;

	syscall3(__NR_getcpu, ptrarg(&cpu), 0, 0);
	return cpu;
}

// A kernel without seccomp does not know the question.
bool underfilter(void)
{
	enum { PR_GET_SECCOMP = 21 };
	int64_t mode = syscall3(__NR_prctl, PR_GET_SECCOMP, 0, 0);

	return mode != 0 && mode != -EINVAL;
}

void usleep(uint32_t usec)
{
	Timespec ts = { usec / 1000000, (int64_t)(usec % 1000000) * 1000 };
	uint32_t never = 0;
	int64_t r;

	r = syscall3(__NR_nanosleep, ptrarg(&ts), 0, 0);
	// A filter that refuses it would make sysmon a busy loop.
	if (unlikely(r < 0 && r != -EINTR))
		futexsleep(&never, 0, (int64_t)usec * 1000);
}

STEP void sigprocmask(int32_t how, const Sigset *set, Sigset *old)
{
	int64_t r = syscall4(__NR_rt_sigprocmask, (uint32_t)how, ptrarg(set), ptrarg(old),
	                     sizeof(Sigset));

	if (r < 0)
		throw("rt_sigprocmask failed");
}

STEP void sigaltstack(const Sigaltstack *ss, Sigaltstack *old)
{
	if (syscall3(__NR_sigaltstack, ptrarg(ss), ptrarg(old), 0) < 0)
		throw("sigaltstack failed");
}

int64_t sigaction(int32_t sig, const Sigaction *sa, Sigaction *old)
{
	return syscall4(__NR_rt_sigaction, (uint32_t)sig, ptrarg(sa), ptrarg(old),
	                sizeof(Sigset));
}

int64_t epollcreate1(int32_t flags)
{
	return syscall3(__NR_epoll_create1, (uint32_t)flags, 0, 0);
}

int64_t epollctl(int32_t epfd, int32_t op, int32_t fd, EpollEvent *ev)
{
	return syscall4(__NR_epoll_ctl, (uint32_t)epfd, (uint32_t)op, (uint32_t)fd,
	                ptrarg(ev));
}

int64_t epollwait(int32_t epfd, EpollEvent *ev, int32_t nev, int32_t timeoutms)
{
	return syscall6(__NR_epoll_pwait, (uint32_t)epfd, ptrarg(ev), (uint32_t)nev,
	                (uint64_t)(int64_t)timeoutms, 0, 0);
}

int64_t eventfd(uint32_t count, int32_t flags)
{
	return syscall3(__NR_eventfd2, count, (uint32_t)flags, 0);
}

// Shells and their like choose numbers for their descriptors, and all of them small ones.
int64_t movefdup(int64_t fd)
{
	int64_t r = -EBADF;

	for (uint32_t least = 512; fd >= 0 && r < 0 && least >= 16; least /= 2)
		r = fcntl((int32_t)fd, F_DUPFD_CLOEXEC, least); // -EINVAL: beyond RLIMIT_NOFILE
	if (r < 0)
		return fd;
	closefd((int32_t)fd);
	return r;
}

int64_t pipe2(int32_t fd[2], int32_t flags)
{
	return syscall3(__NR_pipe2, ptrarg(fd), (uint32_t)flags, 0);
}

int64_t fcntl(int32_t fd, int32_t cmd, uint64_t arg)
{
	return syscall3(__NR_fcntl, (uint32_t)fd, (uint32_t)cmd, arg);
}

int64_t setnonblock(int32_t fd)
{
	int64_t flags = fcntl(fd, F_GETFL, 0);

	return flags < 0 ? flags : fcntl(fd, F_SETFL, (uint64_t)flags | O_NONBLOCK);
}

bool isnonblock(int32_t fd)
{
	int64_t flags = fcntl(fd, F_GETFL, 0);

	return flags >= 0 && (flags & O_NONBLOCK);
}
