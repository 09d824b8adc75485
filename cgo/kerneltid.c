// kerneltid.c - what musl tells the kernel of a thread by its number, where it may be a
// goroutine's, which the kernel does not know.
//
// A goroutine is a thread for the kernel while it is locked to one (rt_lock_os_thread). Else
// what asks gets an answer from the thread that runs the caller, since all Ms are alike,
// and what changes a thread is refused. A signal for a goroutine goes to the thread that runs
// it, or to the process.
//
// Unyielding: nothing comes between asking for the thread's number and using it. raise and
// pthread_kill, which a handler may leave by siglongjmp, make their calls where that is known
// (plaincall).
//
// built: unyielding
#include <asm-generic/errno.h>
#include <asm/unistd.h>

#include "cgo/area.h"
#include "cgo/gate.h"
#include "include/rt.h"
#include "runtime/base/str.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/sigtable.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/fork.h"

HIDDEN void __lock(uint32_t *lock);
HIDDEN void __unlock(uint32_t *lock);

int pthread_getcpuclockid(Area *a, int32_t *clock);
int pthread_getschedparam(Area *a, int *policy, void *param);
int pthread_setschedparam(Area *a, int policy, const void *param);
int pthread_setschedprio(Area *a, int priority);
int pthread_getaffinity_np(Area *a, size_t size, void *set);
int pthread_setaffinity_np(Area *a, size_t size, const void *set);
int sched_setaffinity(int tid, size_t size, const void *set);
int pthread_getname_np(Area *a, char *name, size_t size);
int pthread_setname_np(Area *a, const char *name);
int membarrier(int cmd, int flags);

// ---- the caller ---------------------------------------------------------------------

int32_t gettid(void)
{
	return (int32_t)syscall3(__NR_gettid, 0, 0, 0);
}

// What fails sets errno.
static int result(int64_t r)
{
	if (r >= 0)
		return (int)r;
	getarea()->error = (int32_t)-r;
	return -1;
}

int64_t killcall(int64_t nr, uint64_t to, int sig)
{
	return plaincall(&(Call){ nr, { to, (uint64_t)sig } });
}

void leavemask(Sigset set)
{
	plaincall(&(Call){ __NR_rt_sigprocmask, { SIG_SETMASK, ptrarg(&set), 0, sizeof set } });
}

// With signals blocked: a handler that forks would return to here in the child, where the
// thread has another number.
int64_t killself(int sig)
{
	Sigset old;
	int64_t r;

	changemask(SIG_BLOCK, ~LibrarySigs, &old);
	r = killcall(__NR_tkill, (uint64_t)gettid(), sig);
	keepsignal((uint32_t)sig, old);
	leavemask(old);
	return r;
}

int32_t raise(int32_t sig)
{
	return result(killself(sig));
}

NORETURN void abort(void)
{
	raise(SIGABRT);
	raisedefault(SIGABRT); // ignored, blocked, or its handler has returned
	for (;;)
		syscall3(__NR_exit_group, 127, 0, 0);
}

// Registers the process when that is wanted, as musl does when it starts. Without musl's
// substitute for kernels that have no such call: it goes round the list of threads.
int membarrier(int cmd, int flags)
{
	enum { PrivateExpedited = 8, RegisterPrivateExpedited = 16 };
	int64_t r = syscall3(__NR_membarrier, (uint64_t)cmd, (uint64_t)flags, 0);

	if (r == -EPERM && cmd == PrivateExpedited) {
		syscall3(__NR_membarrier, RegisterPrivateExpedited, 0, 0);
		r = syscall3(__NR_membarrier, (uint64_t)cmd, (uint64_t)flags, 0);
	}
	return result(r);
}

// ---- any thread ---------------------------------------------------------------------

enum { NotAThread = -1 };

// Returns the number of the thread that is a, 0 if it has ended, NotAThread for a goroutine that is
// on any.
static int32_t tidof(const Area *a)
{
	const G *gp = goroutineof(a);
	const M *mp = gp ? gp->lockedm : NULL;

	if (!gp) // musl stores 0 at the thread's end, under killlock
		return atomic_load_relaxed(&a->tid);
	// Pairs with setupthread's store: the M of a thread that has ended has 0.
	return mp ? (int32_t)atomic_load_acquire(&mp->procid) : NotAThread;
}

// Makes a call that wants the thread's number first. The thread does not end meanwhile, because
// musl takes its lock then. If change, not for a thread that goroutines share.
int64_t threadcall(Area *a, bool change, int64_t nr, uint64_t b, uint64_t c)
{
	Sigset old;
	int32_t tid;
	int64_t r;
	M *mp;

	changemask(SIG_BLOCK, ~(Sigset)0, &old);
	mp = getg() ? acquirem() : NULL; // so that __lock does not park it
	__lock(&a->killlock);
	tid = tidof(a);
	if (tid == 0)
		r = -ESRCH;
	else if (tid == NotAThread && change)
		r = -EOPNOTSUPP;
	else
		r = syscall3(nr, tid == NotAThread ? 0 : (uint64_t)tid, b, c);
	__unlock(&a->killlock);
	if (mp)
		releasem(mp);
	leavemask(old);
	return r;
}

int pthread_getcpuclockid(Area *a, int32_t *clock)
{
	int32_t tid = tidof(a);

	if (tid == 0)
		return ESRCH;
	if (tid == NotAThread)
		return EOPNOTSUPP;
	*clock = (int32_t)((-(uint32_t)tid - 1) * 8 + 6);
	return 0;
}

int pthread_getschedparam(Area *a, int *policy, void *param)
{
	int64_t r = threadcall(a, false, __NR_sched_getparam, ptrarg(param), 0);

	if (r == 0)
		r = threadcall(a, false, __NR_sched_getscheduler, 0, 0);
	if (r < 0)
		return (int)-r;
	*policy = (int)r;
	return 0;
}

int pthread_setschedparam(Area *a, int policy, const void *param)
{
	return (int)-threadcall(a, true, __NR_sched_setscheduler, (uint64_t)policy, ptrarg(param));
}

int pthread_setschedprio(Area *a, int priority)
{
	return (int)-threadcall(a, true, __NR_sched_setparam, ptrarg(&priority), 0);
}

// The kernel has filled n bytes of the set, or n is an error.
static int64_t filled(int64_t n, void *set, size_t size)
{
	if (n < 0)
		return n;
	if ((size_t)n < size)
		__builtin_memset((char *)set + n, 0, size - (size_t)n);
	return 0;
}

int pthread_getaffinity_np(Area *a, size_t size, void *set)
{
	int64_t n = threadcall(a, false, __NR_sched_getaffinity, size, ptrarg(set));

	return (int)-filled(n, set, size);
}

int pthread_setaffinity_np(Area *a, size_t size, const void *set)
{
	return (int)-threadcall(a, true, __NR_sched_setaffinity, size, ptrarg(set));
}

// These two name a thread by the kernel's number, 0 for the caller's. They are here because
// musl has them in one object with the two above, which must stay out of the link.
int64_t sched_getaffinity(int64_t tid, size_t size, uint8_t *set)
{
	int64_t n = syscall3(__NR_sched_getaffinity, (uint32_t)tid, size, ptrarg(set));

	return result(filled(n, set, size));
}

int sched_setaffinity(int tid, size_t size, const void *set)
{
	return result(syscall3(__NR_sched_setaffinity, (uint32_t)tid, size, ptrarg(set)));
}

// ---- names --------------------------------------------------------------------------

enum { Writing = 1 };

// A goroutine's is in its area, where tracebacks find it. The kernel's has no say then, unless the
// goroutine is locked to its thread: it gets the name, too.

// Opens the file with the name of the thread that is a, or of the caller's.
static int64_t openname(const Area *a, int32_t flags)
{
	int32_t tid = tidof(a);
	char path[48];

	if (tid == 0)
		return -ESRCH;
	rt_snprintf(path, sizeof path, "/proc/self/task/%d/comm",
	            tid == NotAThread ? gettid() : tid);
	return OPENFILE(ptrarg(path), (uint64_t)(flags | O_CLOEXEC));
}

int pthread_getname_np(Area *a, char *name, size_t size)
{
	int64_t fd, n;

	if (size < AreaNameSize)
		return ERANGE;
	if (tidof(a) == NotAThread && *a->name) {
		__builtin_memcpy(name, a->name, AreaNameSize);
		return 0;
	}
	fd = openname(a, O_RDONLY);
	if (fd < 0)
		return (int)-fd;
	n = syscall3(__NR_read, (uint64_t)fd, ptrarg(name), size);
	closefd((int32_t)fd);
	if (n <= 0)
		return n < 0 ? (int)-n : EIO;
	name[n - 1] = 0; // for the newline
	return 0;
}

int pthread_setname_np(Area *a, const char *name)
{
	uintptr_t length = strlength(name);
	int64_t fd, n;

	if (length >= AreaNameSize)
		return ERANGE;
	if (goroutineof(a))
		__builtin_memcpy(a->name, name, length + 1);
	if (tidof(a) == NotAThread)
		return 0;
	fd = openname(a, Writing);
	if (fd < 0)
		return (int)-fd;
	n = write1((int32_t)fd, name, length);
	closefd((int32_t)fd);
	return n < 0 ? (int)-n : 0;
}
