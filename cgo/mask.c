// mask.c - the signal mask: pthread_sigmask and its like, for goroutines.
//
// The kernel keeps a mask for each thread, and goroutines change threads. So all threads that run
// goroutines have one mask, the common one, and a goroutine with another is locked to its
// thread while it has that (AreaMasked, lockedInt). It is locked, too, while a signal that it has
// blocked and sent to itself is pending at its thread.
//
// While the program has one goroutine, what that changes is the common mask: a signal that it
// blocks must not be handled, or end the process, by a thread that is idle. The other
// threads change theirs in the handler of SIGURG, and the changer waits for them, since the kernel
// ends a process at once by a fatal signal that any of its threads lets through:
//
//	changer                                 another thread
//	 1 stores the common mask                1 stores its procid, all signals blocked
//	 2 looks for procids; asks by            2 loads the common mask, and sets it (minit)
//	   needPerThreadSyscall and SIGURG
//	 3 waits until nobody is asked
//
// A thread that has no procid yet for the changer loads the new mask. SIGURG's handler has all
// signals blocked until it returns with the new mask: so it answers first. It takes no lock, and
// no thread has SIGURG blocked for long, except at its end (mexit): it leaves allm then, or is
// the first thread, which says that it has everything blocked.
//
// SIGURG is in no mask: the runtime stops goroutines by it. The library's own blocks, around
// what must not be interrupted, are made as they are, and so are those of code that is on no
// goroutine: a handler, whose mask the kernel restores when it returns; a thread of the
// program's; a forked child.
//
// Unyielding: the goroutine stays on its thread between two looks at the mask.
//
// built: unyielding
#include "cgo/gate.h"
#include "runtime/lock/lock.h"
#include "runtime/os/sigtable.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/m.h"
#include "runtime/sig/sig.h"

typedef struct {
	Sigset first;
	uint64_t unused[15];
} LibraryMask; // sigset_t: musl reads and writes the first word

static const Sigset stripped = LibrarySigs | (Sigset)1 << (SIGURG - 1);

int pthread_sigmask(int how, const LibraryMask *set, LibraryMask *old);
int __wrap_sigprocmask(int how, const LibraryMask *set, LibraryMask *old);
int __sigsetjmp_tail(uintptr_t *buf, int value);
int *___errno_location(void);

extern const char __libc_text_start[], __libc_text_end[];

static Sigset commonmask;

// ---- threads ------------------------------------------------------------------------

// The thread of a new M is about to set its mask. The first one sets what the process was started
// with.
Sigset minitLibraryMask(Sigset first)
{
	M *mp = getg()->m;

	if (mp == &m0)
		atomic_store_relaxed(&commonmask, first);
	// Then looks; pairs with askthreads.
	(void)atomic_xchg(&mp->procid, (uint64_t)syscall3(__NR_gettid, 0, 0, 0));
	return atomic_load_seqcst(&commonmask); // pairs with makecommon
}

// Is the mask of mp's thread, which calls, to be the common one? It is another one if a goroutine with
// a mask of its own, or the one for rt_signal_notify, is locked to the thread.
static bool hascommonmask(const M *mp)
{
	const G *gp = mp->lockedg;

	return !(gp && (gp->issystem || (gp->area->flags & AreaMasked)));
}

static void setcommon(const M *mp, Ucontext *ctx)
{
	Sigset common = atomic_load_acquire(&commonmask); // pairs with makecommon
	const Handling *h = mp->handling;

	if (!h) {
		ctx->sigmask = common;
		return;
	}
	ctx->sigmask |= common; // a handler's: until it returns
	while (h->outer)
		h = h->outer;
	h->ctx->sigmask = common;
}

// SIGURG has come to mp's thread.
void maskurg(M *mp, Ucontext *ctx)
{
	if (likely(!atomic_load_acquire(&mp->needPerThreadSyscall))) // pairs with askthreads
		return;
	if (hascommonmask(mp))
		setcommon(mp, ctx);
	atomic_store_release(&mp->needPerThreadSyscall, 0); // pairs with anyasked
}

bool commonblocks(int32_t sig)
{
	return atomic_load_acquire(&commonmask) & sigbit((uint32_t)sig); // pairs with makecommon
}

// rt_syscall_all, whose word that is, does nothing with a C library. Threads that are not the runtime's
// have masks of their own: their Ms are not asked, since another thread may have such an M by the
// time that the signal comes.
static void askthreads(void) HOLDS(sched.lock);
static void askthreads(void)
{
	const M *self = getg()->m;

	for (M *mp = allm; mp; mp = mp->alllink) {
		int32_t tid = (int32_t)atomic_load_seqcst(&mp->procid); // with minitLibraryMask

		if (mp == self || tid <= 0 || mp->isextra)
			continue;
		atomic_store_release(&mp->needPerThreadSyscall, 1); // pairs with maskurg
		killthread(tid, SIGURG);
	}
}

static bool anyasked(void)
{
	bool any = false;

	lock(&sched.lock);
	for (M *mp = allm; mp; mp = mp->alllink) {
		if (atomic_load_acquire(&mp->procid) == 0 || // the thread has ended
		    atomic_load_acquire(&mp->sigmask) == EndedMask) // with endmask, mexit
			atomic_store_relaxed(&mp->needPerThreadSyscall, 0);
		any |= atomic_load_acquire(&mp->needPerThreadSyscall); // with maskurg
	}
	unlock(&sched.lock);
	return any;
}

// Signals that have been taken, in that order.
typedef struct {
	Siginfo *info;
	uintptr_t n, max;
	Siginfo few[8]; // without memory
} Taken;

static void freetaken(const Taken *t)
{
	if (t->info != t->few)
		sysFree(t->info, t->max * sizeof *t->info);
}

// Has room for another one. False: there is no memory.
static bool roomfortaken(Taken *t)
{
	Taken more = { .n = t->n, .max = 16 * t->max };

	if (t->n < t->max)
		return true;
	more.info = sysAlloc(more.max * sizeof *more.info);
	if (!more.info)
		return false;
	__builtin_memcpy(more.info, t->info, t->n * sizeof *t->info);
	freetaken(t);
	t->info = more.info;
	t->max = more.max;
	return true;
}

// What has waited for the process is now the calling thread's, and interrupts it before it has
// unblocked it: the goroutine expects that. Another thread would take it, and send it on later. All are
// taken first, since the kernel would give what is the thread's back before the rest. The order
// of what it delivers stays.
static void takepending(Sigset unblocked)
{
	static const int64_t now[2];
	uint64_t pid = (uint64_t)getpid(), tid = (uint64_t)gettid();
	Taken t = { .info = t.few, .max = nelem(t.few) };

	while (roomfortaken(&t) && syscall4(__NR_rt_sigtimedwait, ptrarg(&unblocked),
	                               ptrarg(&t.info[t.n]), ptrarg(now), sizeof unblocked) > 0)
		t.n++;
	for (uintptr_t i = 0; i < t.n; i++)
		syscall4(__NR_rt_tgsigqueueinfo, pid, tid, (uint64_t)t.info[i].signo,
		         ptrarg(&t.info[i]));
	freetaken(&t);
}

static void makecommon(Sigset mask)
{
	Sigset unblocked = atomic_load_relaxed(&commonmask) & ~mask;

	if (mask == atomic_load_relaxed(&commonmask))
		return;
	if (unblocked)
		takepending(unblocked);
	(void)atomic_xchg(&commonmask, mask); // then looks; pairs with minitLibraryMask
	lock(&sched.lock);
	askthreads();
	unlock(&sched.lock);
	while (anyasked())
		osyield();
}

// ---- goroutines ---------------------------------------------------------------------

// Returns the goroutine whose mask the caller changes; NULL for code that is on none.
static G *maskowner(void)
{
	G *gp = getg();
	const M *mp = gp ? gp->m : NULL;

	if (!gp || inforkedchild || onsignalstack(mp) || (gp != mp->curg && gp != mp->gcgo))
		return NULL;
	gp = mp->curg;
	return gp && gp->area && goroutineof(gp->area) ? gp : NULL;
}

static void holdthread(G *gp)
{
	M *mp = gp->m;

	if (gp->area->flags & AreaMasked)
		return;
	gp->area->flags |= AreaMasked;
	mp->lockedInt++;
	mp->lockedg = gp;
	gp->lockedm = mp;
}

// What the program has locked itself stays.
static void freethread(G *gp)
{
	M *mp = gp->m;

	if (!(gp->area->flags & AreaMasked))
		return;
	gp->area->flags &= (uint8_t)~AreaMasked;
	if (--mp->lockedInt != 0 || mp->lockedExt != 0)
		return;
	mp->lockedg = NULL;
	gp->lockedm = NULL;
}

void keepsignal(uint32_t sig, Sigset mask)
{
	G *gp = maskowner();

	if (gp && sig - 1 < NSIG - 1 && (mask & sigbit(sig)))
		holdthread(gp);
}

static bool anypending(Sigset of)
{
	Sigset set = 0;

	syscall3(__NR_rt_sigpending, ptrarg(&set), sizeof set, 0);
	return set & of;
}

// Is anything that the goroutine has sent to itself still pending? It cannot be told
// from what is pending for the process.
static bool selfpending(const G *gp, Sigset mask)
{
	return (gp->area->flags & AreaMasked) && anypending(mask);
}

void signaltaken(void)
{
	const G *gp = maskowner();

	if (gp && (gp->area->flags & AreaMasked))
		changemine(SIG_BLOCK, 0);
}

static Sigset combined(Sigset old, int how, Sigset set)
{
	return how == SIG_BLOCK ? old | set : how == SIG_UNBLOCK ? old & ~set : set;
}

// With all signals blocked that the program knows. old is the thread's mask before. Returns the
// goroutine's new one, and makes it and the thread ready for that.
static Sigset changegoroutines(G *gp, Sigset old, int how, Sigset set)
{
	Sigset mask = combined(old, how, set) & ~stripped;
	bool single = alone() && !gp->issystem;

	if (single)
		makecommon(mask);
	// Another thread may have sent on a signal before it answered: chooseplace.
	if (mask != atomic_load_relaxed(&commonmask) || selfpending(gp, mask) ||
	    (single && anypending(mask)))
		holdthread(gp);
	else
		freethread(gp);
	return mask;
}

// Returns the mask before. The last call is where a handler may leave by siglongjmp: signals that
// were blocked come there.
static Sigset changeowned(G *gp, int how, Sigset set)
{
	Sigset old, mask;

	if (anysent(gp->area))
		takesent(); // has come before
	changemask(SIG_BLOCK, ~(Sigset)LibrarySigs, &old);
	mask = changegoroutines(gp, old, how, set);
	leavemask(mask);
	return old;
}

static Sigset changeplain(int how, Sigset set)
{
	Sigset old;

	changemask(SIG_BLOCK, 0, &old);
	leavemask(combined(old, how, set & ~stripped));
	return old;
}

static Sigset readmask(void)
{
	Sigset old;

	changemask(SIG_BLOCK, 0, &old);
	return old;
}

Sigset changemine(int how, Sigset set)
{
	G *gp = maskowner();

	return gp ? changeowned(gp, how, set) : changeplain(how, set);
}

// ---- a goroutine's life -------------------------------------------------------------

bool ownmask(Sigset *mask)
{
	if (!(getarea()->flags & AreaMasked))
		return false;
	*mask = readmask();
	return true;
}

// What is pending for the goroutine is lost with it, as in POSIX: then its thread ends, too, and
// lets nothing through until then. Otherwise the thread has the common mask again.
void endmask(Area *a)
{
	G *gp = getg();

	if (likely(!(a->flags & AreaMasked)) || inforkedchild)
		return;
	if (anypending(readmask())) {
		rt_lock_os_thread();
		sigblock();
		atomic_store_release(&gp->m->sigmask, EndedMask); // pairs with anyasked
	}
	if (gp->m->lockedExt == 0)
		changemine(SIG_SETMASK, atomic_load_relaxed(&commonmask));
	freethread(gp);
}

// ---- the library's functions --------------------------------------------------------

static int changemasks(int how, const LibraryMask *set, LibraryMask *old)
{
	enum { Ways = 3 };
	Sigset was;

	if (set && (uint32_t)how >= Ways)
		return EINVAL;
	was = set ? changemine(how, set->first) : readmask();
	if (old)
		old->first = was & ~stripped;
	return 0;
}

// The library's own calls: posix_spawn's, also in the child that has its parent's memory.
static int changelibrarys(int how, const LibraryMask *set, LibraryMask *old)
{
	int64_t r = syscall4(__NR_rt_sigprocmask, (uint64_t)how, ptrarg(set), ptrarg(old),
	                     sizeof(Sigset));

	return (int)-r;
}

int pthread_sigmask(int how, const LibraryMask *set, LibraryMask *old)
{
	const char *caller = __builtin_return_address(0);

	if (caller >= __libc_text_start && caller < __libc_text_end)
		return changelibrarys(how, set, old);
	return changemasks(how, set, old);
}

// Also sighold, sigrelse, sigset, sigpause and system call it.
int __wrap_sigprocmask(int how, const LibraryMask *set, LibraryMask *old)
{
	int r = changemasks(how, set, old);

	if (r == 0)
		return 0;
	*___errno_location() = r;
	return -1;
}

// sigsetjmp comes here when it is called, with 0, and when siglongjmp has led there. buf has room for
// the mask behind the registers and a flag.
int __sigsetjmp_tail(uintptr_t *buf, int value)
{
	if (value)
		changemine(SIG_SETMASK, buf[JumpMask]);
	else
		buf[JumpMask] = readmask() & ~stripped;
	return value;
}
