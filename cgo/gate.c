// gate.c - a C library's calls that may block park the goroutine that makes them.
//
// musl makes the system calls that may block, its cancellation points, in one function,
// __syscall_cp. The one here takes its place, because this object is linked first, and
// gate_libc.c has those of the library's functions that do not call it. What a call does
// is decided by its number:
//
//   - Sockets, pipes, terminals and the like: the goroutine parks until the descriptor is
//     ready: gate_wait.c. Sleeps park it too, and so does waitpid for one process.
//   - What the kernel has no event for, such as a lock of a file: the call takes its
//     thread, and the P is handed off first.
//   - Everything else that may wait, such as files: between entersyscall and exitsyscall.
//
// The call is made as it is, as without a runtime, by one that is no goroutine (a thread
// of the program's own; a function in rt_cgocall; a signal handler; the scheduler), by a
// goroutine that must keep its M or is in a system call already (the child of
// posix_spawn, which runs in its memory), and in a forked child.
//
// A single goroutine has nobody to make room for: its calls are made between entersyscall
// and exitsyscall, and signals do what POSIX says.
//
// A signal handler that jumps out of a call by siglongjmp has it end first (jump.c).
//
// Unyielding: those that are no goroutines have no guard that fits their stack.
//
// built: unyielding hot
#include "cgo/area.h"
#include "cgo/futextable.h"
#include "cgo/gate.h"
#include "cgo/pthread.h"
#include "runtime/lock/lock.h"
#include "runtime/os/sigtable.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"
#include "runtime/sig/sig.h"
#include "runtime/sync/sync.h"

long __syscall_cp(long nr, long a, long b, long c, long d, long e, long f);
// Linked only where threads are cancelled, which are not the runtime's.
HIDDEN WEAK long __cancel(void);
WEAK long __syscall_cp_c(long nr, long a, long b, long c, long d, long e, long f);

bool onsignalstack(const M *mp)
{
	const Stack *s = &mp->gsignal->stack;

	return (uintptr_t)__builtin_frame_address(0) - s->lo < s->hi - s->lo;
}

bool atgate(void)
{
	G *gp = getg();
	M *mp;

	if (!gp)
		return false;
	mp = gp->m;
	return gp == mp->curg && mp->locks == 0 && readgstatus(gp) == Grunning &&
	       !onsignalstack(mp) && !inforkedchild;
}

NOINLINE int64_t gatemanaged(const Call *c)
{
	int64_t r;

	entersyscall();
	r = gatekernel(c);
	exitsyscall();
	return r;
}

NOINLINE int64_t blockingcall(const Call *c)
{
	int64_t r;

	entersyscallblock();
	r = gatekernel(c);
	exitsyscall();
	return r;
}

// ---- by number ----------------------------------------------------------------------

// What a call does. Those that are not in the table never wait for long: they are made as
// they are.
typedef enum {
	WayPlain,
	WayManaged,  // between entersyscall and exitsyscall
	WayBlocking, // like that, and certainly waits
	WayRead,
	WayWrite,
	WayReadv,
	WayWritev,
	WayRecv,
	WaySend,
	WayRecvmsg,
	WaySendmsg,
	WayRecvmmsg,
	WayAccept,
	WayConnect,
	WaySendfile,
	WaySplice,
	WayQueue,
	WayMsg,
	WayMany, // poll and the like
	WaySleep,
	WayOpen,
	WayClose,
	WayDup,
	WayWait4,
	WayWaitid,
	WayLock,
	WayFork,
	WayMasks, // from here on: with a signal mask
	WayMasked,
	WaySuspend,
	WayAwait,
} Way;

static const uint8_t ways[] = {
	[__NR_read] = WayRead,
	[__NR_write] = WayWrite,
	[__NR_readv] = WayReadv,
	[__NR_writev] = WayWritev,
	[__NR_recvfrom] = WayRecv,
	[__NR_sendto] = WaySend,
	[__NR_recvmsg] = WayRecvmsg,
	[__NR_sendmsg] = WaySendmsg,
	[__NR_recvmmsg] = WayRecvmmsg,
	[__NR_accept] = WayAccept,
	[__NR_accept4] = WayAccept,
	[__NR_connect] = WayConnect,
	[__NR_sendfile] = WaySendfile,
	[__NR_splice] = WaySplice,
	[__NR_tee] = WaySplice,
	[__NR_vmsplice] = WaySplice,
	[__NR_mq_timedsend] = WayQueue,
	[__NR_mq_timedreceive] = WayQueue,
	[__NR_msgrcv] = WayMsg,
	[__NR_msgsnd] = WayMsg,
	[__NR_poll] = WayMany,
	[__NR_ppoll] = WayMasked,
	[__NR_select] = WayMany,
	[__NR_pselect6] = WayMasked,
	[__NR_epoll_wait] = WayMany,
	[__NR_epoll_pwait] = WayMasked,
	[__NR_nanosleep] = WaySleep,
	[__NR_clock_nanosleep] = WaySleep,
	[__NR_open] = WayOpen,
	[__NR_openat] = WayOpen,
	[__NR_creat] = WayOpen,
	[__NR_close] = WayClose,
	[__NR_wait4] = WayWait4,
	[__NR_waitid] = WayWaitid,
	[__NR_flock] = WayLock,
	[__NR_fcntl] = WayLock,
	[__NR_fork] = WayFork,
	[__NR_vfork] = WayFork,
	[__NR_clone] = WayFork,
	[__NR_clone3] = WayFork,

	[__NR_futex] = WayBlocking,
	[__NR_pause] = WayBlocking,
	[__NR_rt_sigtimedwait] = WayAwait,
	[__NR_rt_sigsuspend] = WaySuspend,

	[__NR_pread64] = WayManaged,
	[__NR_pwrite64] = WayManaged,
	[__NR_preadv] = WayManaged,
	[__NR_pwritev] = WayManaged,
	[__NR_preadv2] = WayManaged,
	[__NR_pwritev2] = WayManaged,
	[__NR_sendmmsg] = WayManaged,
	[__NR_copy_file_range] = WayManaged,
	[__NR_fsync] = WayManaged,
	[__NR_fdatasync] = WayManaged,
	[__NR_sync] = WayManaged,
	[__NR_syncfs] = WayManaged,
	[__NR_sync_file_range] = WayManaged,
	[__NR_msync] = WayManaged,
	[__NR_fallocate] = WayManaged,
	[__NR_truncate] = WayManaged,
	[__NR_ftruncate] = WayManaged,
	[__NR_getdents] = WayManaged,
	[__NR_getdents64] = WayManaged,
	[__NR_ioctl] = WayManaged,
	[__NR_semop] = WayManaged,
	[__NR_semtimedop] = WayManaged,
	[__NR_getrandom] = WayManaged,
	[__NR_io_getevents] = WayManaged,
	[__NR_io_uring_enter] = WayManaged,
	[__NR_openat2] = WayManaged,
	[__NR_dup2] = WayDup,
	[__NR_dup3] = WayDup,
};

// ---- fork by its number -------------------------------------------------------------

// Does the call make a child with memory of its own?
static bool forksmemory(const Call *c)
{
	enum { CLONE_VM = 0x100 };
	const uint64_t *args = (const uint64_t *)(uintptr_t)c->arg[0];

	if (c->nr == __NR_clone)
		return !(c->arg[0] & CLONE_VM);
	if (c->nr == __NR_clone3)
		return canread(args, sizeof *args) && !(args[0] & CLONE_VM);
	return true;
}

// As one that is no goroutine. A child of vfork would return to its parent's frames.
static int64_t plainfork(const Call *c)
{
	const Call fork = { .nr = __NR_fork };
	int64_t r = plaincall(c->nr == __NR_vfork ? &fork : c);

	if (r == 0 && getg())
		__rt0_forked();
	return r;
}

// The child forgets its parent's other threads, as after fork. Signals are blocked, since their
// handlers must not find it before that; the goroutine stays with the thread meanwhile.
static int64_t gatefork(const Call *c, bool goroutine)
{
	Sigset old;
	M *mp;
	int64_t r;

	changemask(SIG_BLOCK, ~(Sigset)0, &old);
	mp = getg() ? acquirem() : NULL;
	if (goroutine)
		r = rt_raw_syscall_any(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3],
				       c->arg[4], c->arg[5]);
	else
		r = plainfork(c);
	if (r == 0)
		libraryforked();
	if (mp)
		releasem(mp);
	changemask(SIG_SETMASK, old, NULL);
	return r;
}

static int64_t dispatch(Call *c, Way way)
{
	switch (way) {
	case WayRead:
		return gateread(c);
	case WayWrite:
		return gatewrite(c);
	case WayReadv:
		return gatevector(c, PollRead);
	case WayWritev:
		return gatevector(c, PollWrite);
	case WayRecv:
		return gaterecv(c);
	case WaySend:
		return gatesend(c);
	case WayRecvmsg:
		return gaterecvmsg(c);
	case WaySendmsg:
		return gatesendmsg(c);
	case WayRecvmmsg:
		return gaterecvmmsg(c);
	case WayAccept:
		return gateaccept(c);
	case WayConnect:
		return gateconnect(c);
	case WaySendfile:
		return polledcall(c, PollWrite, patience((int32_t)c->arg[0], PollWrite));
	case WaySplice:
		return gatesplice(c);
	case WayQueue:
		return gatequeue(c);
	case WayMsg:
		return gatemsg(c);
	case WayMany:
	case WayMasked:
		return gatemany(c);
	case WaySleep:
		return gatesleep(c);
	case WayOpen:
		return gateopen(c);
	case WayClose:
		return gateclose(c);
	case WayDup:
		return gatedup(c);
	case WayWait4:
		return gatewait4(c);
	case WayWaitid:
		return gatewaitid(c);
	case WayLock:
		return gatelock(c);
	case WayBlocking:
	case WaySuspend:
	case WayAwait:
		return blockingcall(c);
	default:
		return gatemanaged(c);
	}
}

// Does any handler end the call with EINTR, whatever its SA_RESTART? So says signal(7).
ALWAYS_INLINE bool endsbyany(int64_t nr, Way way)
{
	const uint32_t such = 1u << WayMany | 1u << WayMasked | 1u << WaySleep | 1u << WayMsg |
	                      1u << WaySuspend | 1u << WayAwait;

	_Static_assert(WayAwait < 32, "a bit each");
	return (such >> way & 1) || nr == __NR_pause || nr == __NR_semop || nr == __NR_semtimedop;
}

static NOINLINE int64_t heldcall(Call *c, Way way)
{
	if (anysent(getarea()))
		takesent(); // has come before the call
	if (alone() && way != WayClose && way != WayDup)
		return gatemanaged(c);
	return dispatch(c, way);
}

// A handler may jump out of what is before holdjumps and behind releasejumps at once: the gate's
// functions that run there are listed in linker.ld.
ALWAYS_INLINE int64_t gateheld(Call *c, Way way)
{
	Area *a;
	int64_t r;

	if (way == WayPlain || !atgate())
		return plaincall(c);
	a = getarea();
	gateenter(a, endsbyany(c->nr, way)); // first: a jump ends what begins from here on
	holdjumps(a);
	compilerbarrier();
	r = heldcall(c, way);
	if (anysent(a))
		takesent(); // has come too late for the call
	releasejumps(a);
	return r;
}

// ---- with a signal mask -------------------------------------------------------------

// pselect's is in a structure.
typedef struct {
	const Sigset *mask;
	uint64_t size;
} MaskWithSize;

static const Sigset *withouturg(const Sigset *mask, Sigset *copy)
{
	if (!canread(mask, sizeof *mask))
		return mask;
	*copy = *mask & ~sigbit(SIGURG);
	return copy;
}

// SIGURG is the runtime's: no call blocks it.
static NOINLINE int64_t maskedcall(const Call *call, Way way)
{
	Call c = *call;
	uint64_t *arg = &c.arg[c.nr == __NR_rt_sigsuspend ? 0 :
	                       c.nr == __NR_ppoll ? 3 :
	                       c.nr == __NR_pselect6 ? 5 : 4];
	MaskWithSize with;
	Sigset copy;
	int64_t r;

	if (way == WayAwait) {
		r = gateheld(&c, way);
		if (r > 0) {
			if (c.arg[1])
				arrived((Siginfo *)(uintptr_t)c.arg[1]);
			signaltaken();
		}
		return r;
	}
	if (c.nr == __NR_pselect6 && canread((void *)(uintptr_t)*arg, sizeof with)) {
		with = *(const MaskWithSize *)(uintptr_t)*arg;
		with.mask = with.mask ? withouturg(with.mask, &copy) : NULL;
		*arg = ptrarg(&with);
	} else if (c.nr != __NR_pselect6 && *arg) {
		*arg = ptrarg(withouturg((const Sigset *)(uintptr_t)*arg, &copy));
	}
	return gateheld(&c, way);
}

int64_t gatecall(Call *c)
{
	Way way = (uint64_t)c->nr < nelem(ways) ? ways[c->nr] : WayPlain;

	if (way == WayFork && (forksmemory(c) || atgate()))
		return gatefork(c, atgate());
	return unlikely(way >= WayMasks) ? maskedcall(c, way) : gateheld(c, way);
}

// A call that has done something is not cancelled: the next one is. close is cancelled only
// before it begins, so that it is known what has become of the descriptor.
static int64_t cancelpoint(Call *c)
{
	Area *a = getarea();
	bool was = a->atpoint, masked = a->canceldisable != CancelEnabled;
	int64_t r;

	if (c->nr == __NR_close && masked)
		return gatecall(c);
	if (cancelwanted())
		return __cancel();
	a->atpoint = c->nr != __NR_close;
	r = gatecall(c);
	a->atpoint = was;
	return r == -EINTR && c->nr != __NR_close && cancelwanted() ? __cancel() : r;
}

long __syscall_cp(long nr, long a, long b, long c, long d, long e, long f)
{
	Call call = { nr,
		      { (uint64_t)a, (uint64_t)b, (uint64_t)c, (uint64_t)d, (uint64_t)e,
			(uint64_t)f } };

	if (!getg() && __syscall_cp_c)
		return __syscall_cp_c(nr, a, b, c, d, e, f);
	return __cancel && atgate() && !borrowedof(getg()) ? cancelpoint(&call) : gatecall(&call);
}
