// musl_signal.c - signals with musl: handlers that the program installs by sigaction; threads
// that are not the runtime's. jump.c has the jumps out of handlers. docs/musl.md says what
// programs notice.
//
// rtcc has calls of sigaction and sigaltstack come here, the library's own too: signal,
// siginterrupt. Compiled as musl.c is.
//
// The kernel calls every handler with all signals blocked but the library's, and finds them
// blocked when it returns: so none comes while the thread is on its signal stack with another G
// in force than gsignal. In between the mask is what the program has asked for.
//
// Unyielding: a handler begins on the signal stack with the interrupted G's guard in
// force, and other functions run on threads that have no G.
//
// built: unyielding hot
#include "cgo/area.h"
#include "cgo/futextable.h"
#include "cgo/gate.h"
#include "cgo/spinlock.h"
#include "runtime/base/getg.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/sigtable.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"
#include "runtime/sig/sig.h"

typedef struct {
	uint64_t words[16];
} LibrarySet; // sigset_t

typedef struct {
	SignalHandler *handler;
	LibrarySet mask;
	int32_t flags;
	void *restorer;
} LibraryAction; // struct sigaction

void *signal(int sig, void *handler);
int kill(int pid, int sig);
int *___errno_location(void);

int __real___sigaction(int sig, const LibraryAction *new, LibraryAction *old);
int __wrap___sigaction(int sig, const LibraryAction *new, LibraryAction *old);
int __wrap_sigaction(int sig, const LibraryAction *new, LibraryAction *old);
int __real___libc_sigaction(int sig, const LibraryAction *new, LibraryAction *old);
int __wrap___libc_sigaction(int sig, const LibraryAction *new, LibraryAction *old);
int __real_sigaltstack(const Sigaltstack *new, Sigaltstack *old);
int __wrap_sigaltstack(const Sigaltstack *new, Sigaltstack *old);
void _cgo_sigforeign(int sig, Siginfo *info, Ucontext *ctx);
void _cgo_signalfork(void);

// ---- threads that are not the runtime's ---------------------------------------------

// A signal for the process came to such a thread. It goes back, for another thread to take,
// and this one has it blocked from now on. What the thread itself did kills.
void _cgo_sigforeign(int sig, Siginfo *info, Ucontext *ctx)
{
	static const Sigset mine = LibrarySigs | 1 << (SIGILL - 1) | 1 << (SIGTRAP - 1) |
	                           1 << (SIGBUS - 1) | 1 << (SIGFPE - 1) | 1 << (SIGSEGV - 1);

	if (sig == SIGURG)
		return;
	if (info->code > 0 && (mine >> (sig - 1) & 1)) {
		signal(sig, SIG_DFL); // the instruction is retried and faults again
		return;
	}
	ctx->sigmask |= ~mine;
	kill(getpid(), sig);
}

// ---- the program's handlers ---------------------------------------------------------

enum { SA_NODEFER = 0x40000000, SA_RESETHAND = (int)0x80000000 };

// What the program has asked for: the kernel knows anyhandler in its place. A handler is
// stored before the kernel may call it.
typedef struct {
	SignalHandler *handler;
	Sigset mask;
	int32_t flags;
} Asked;

static Asked asked[NSIG] LATEBSS;

// Held with all signals blocked: a handler may call sigaction.
static SpinLock askedlock;

// Where no handler was asked for, the runtime's own may be in place. The program gets it as
// the old one, which it may call or put back.
static SignalHandler *runtimes;

static const Sigset everything = ~(Sigset)LibrarySigs;

// As gsignal, or on a thread without a G.
static void calls(int32_t sig, Siginfo *info, void *context)
{
	const Asked *what = &asked[sig];
	SignalHandler *fn = atomic_load_relaxed(&what->handler); // pairs with exchange
	Sigset mask = ((Ucontext *)context)->sigmask | (what->mask & everything);

	if (!(what->flags & SA_NODEFER))
		mask |= sigbit((uint32_t)sig);
	changemask(SIG_SETMASK, mask, NULL);
	fn(sig, info, context);
	changemask(SIG_BLOCK, everything, NULL);
}

// The kernel lets a thread send others no signals that look as if the kernel, kill or tkill had sent
// them: these have another code on their way.
enum { OnItsWay = 1 << 20 };

// Sends it to that thread, or to the process (NULL).
static bool sendon(const M *to, int32_t sig, const Siginfo *info)
{
	uint64_t pid = (uint64_t)getpid(), tid;
	Siginfo changed = *info;
	int64_t r;

	if (changed.code >= 0 || changed.code == SI_TKILL)
		changed.code -= OnItsWay;
	if (to) {
		tid = atomic_load_acquire(&to->procid); // pairs with minitLibraryMask's store
		r = syscall4(__NR_rt_tgsigqueueinfo, pid, tid, (uint32_t)sig, ptrarg(&changed));
	} else {
		r = syscall3(__NR_rt_sigqueueinfo, pid, (uint32_t)sig, ptrarg(&changed));
	}
	return r == 0;
}

void arrived(Siginfo *info)
{
	if (info->code < -OnItsWay / 2)
		info->code += OnItsWay;
}

typedef enum { HandleHere, HandleElsewhere } Handle;

// Has gp ended for the program, though it is still on its thread?
static bool hasended(const G *gp)
{
	return gp->area && (gp->area->flags & AreaLeaving);
}

// A single goroutine is the program's only thread. What the kernel has handed to another thread, for
// the process, goes to its thread, and interrupts it or waits there until it is unblocked. (By
// SA_RESETHAND the handler is gone.) If it is on no thread, it does not run while the handler does.
// When it has just blocked the signal, and waits for this thread to answer (makecommon), the signal
// goes back to the process, and this thread lets it through no more.
static Handle chooseplace(int32_t sig, Siginfo *info, Ucontext *ctx)
{
	static const Sigset fault = 1 << (SIGILL - 1) | 1 << (SIGTRAP - 1) | 1 << (SIGBUS - 1) |
	                            1 << (SIGFPE - 1) | 1 << (SIGSEGV - 1);
	const M *mp = getg()->m, *other;
	G *gp = maingoroutine();

	if ((mp->curg && !hasended(mp->curg)) || !alone() || inforkedchild || !gp || !gp->area)
		return HandleHere;
	other = atomic_load_acquire(&gp->m); // pairs with execute and dropg
	if (!other && pin(gp, &other))
		return HandleHere;
	// It runs by now, or waits in the runtime.
	if (!other || other == mp || (fault & sigbit((uint32_t)sig)) || info->code == SI_TKILL ||
	    (asked[sig].flags & SA_RESETHAND))
		return HandleHere;
	if (commonblocks(sig)) {
		ctx->sigmask |= sigbit((uint32_t)sig);
		other = NULL;
	}
	return sendon(other, sig, info) ? HandleElsewhere : HandleHere;
}

static void anyhandler(int32_t sig, Siginfo *info, void *ctx)
{
	uint32_t before = pinned();
	Handle where;

	arrived(info);
	where = getg() ? chooseplace(sig, info, ctx) : HandleHere;
	if (where == HandleElsewhere)
		return;
	if (getg())
		__rt0_callhandler(calls, sig, info, ctx);
	else
		calls(sig, info, ctx);
	gatehandled(asked[sig].flags & SA_RESTART);
	if (!(asked[sig].flags & SA_RESTART))
		gateinterrupt(ctx);
	unpin(before);
}

static bool isfunction(const void *handler)
{
	return handler != SIG_DFL && handler != SIG_IGN && handler != runtimes;
}

static bool segvonstack; // SIGSEGV has a handler with SA_ONSTACK

bool handlesoverflow(void)
{
	return atomic_load_relaxed(&segvonstack); // pairs with exchange
}

// The action that the kernel had, as the program has set it.
static void translate(LibraryAction *old, const Asked *was)
{
	enum { Ours = SA_SIGINFO | SA_ONSTACK };

	if (old->handler == anyhandler) {
		old->handler = was->handler;
		old->mask.words[0] = was->mask;
		old->flags = (old->flags & ~Ours) | (was->flags & Ours);
	} else if (isfunction(old->handler)) {
		runtimes = old->handler;
	}
}

// With askedlock held.
static int exchange(int sig, const LibraryAction *new, LibraryAction *old)
{
	Asked before = asked[sig];
	LibraryAction was, ours;
	int r;

	if (new) {
		ours = *new;
		if (isfunction(new->handler)) {
			// The system call orders it before what the kernel calls; pairs with calls.
			atomic_store_relaxed(&asked[sig].handler, new->handler);
			asked[sig].mask = new->mask.words[0] & ~sigbit(SIGURG);
			asked[sig].flags = new->flags;
			ours.handler = anyhandler;
			ours.mask.words[0] = everything;
			ours.flags |= SA_SIGINFO | SA_ONSTACK;
		}
	}
	r = __real___sigaction(sig, new ? &ours : NULL, &was);
	if (r != 0) {
		atomic_store_relaxed(&asked[sig].handler, before.handler); // pairs with calls
		asked[sig].mask = before.mask;
		asked[sig].flags = before.flags;
		return r;
	}
	if (new && sig == SIGSEGV) // pairs with handlesoverflow
		atomic_store_relaxed(&segvonstack,
		                     isfunction(new->handler) && (new->flags & SA_ONSTACK));
	translate(&was, &before);
	if (old)
		*old = was;
	return 0;
}

// With signals blocked, and so on one thread throughout: whatever waits here waits in the kernel.
static int exchangelocked(int sig, const LibraryAction *new, LibraryAction *old)
{
	M *mp = getg() ? acquirem() : NULL;
	Sigset blocked;
	int r;

	changemask(SIG_BLOCK, everything, &blocked);
	spinacquire(&askedlock);
	r = exchange(sig, new, old);
	spinrelease(&askedlock);
	changemask(SIG_SETMASK, blocked, NULL);
	if (mp)
		releasem(mp);
	return r;
}

int __wrap___sigaction(int sig, const LibraryAction *new, LibraryAction *old)
{
	if (sig < 1 || sig >= NSIG)
		return __real___sigaction(sig, new, old);
	if (sig == SIGURG && new) {
		// The runtime cannot do without it, and looks like the default action.
		if (isfunction(new->handler)) {
			*___errno_location() = EINVAL;
			return -1;
		}
		new = NULL;
	}
	if (new && isfunction(new->handler))
		outsiders(); // it may post a semaphore
	return exchangelocked(sig, new, old);
}

int __wrap_sigaction(int sig, const LibraryAction *new, LibraryAction *old)
{
	return __wrap___sigaction(sig, new, old);
}

// ---- the library's own --------------------------------------------------------------

enum { LibrarySig = 32, LibrarySigsN = 3 };

// What the library has asked for, of its signals.
static SignalHandler *librarys[LibrarySigsN];

// Runs as the thread, and not as what it has interrupted: g is gsignal, so that nothing in
// it parks. All signals are blocked.
static void libraryhandler(int32_t sig, Siginfo *info, void *ctx)
{
	SignalHandler *fn = atomic_load_relaxed(&librarys[sig - LibrarySig]); // pairs with the store
	G *gp = getg();
	Area *was = getarea();

	if (!gp)
		return fn(sig, info, ctx);
	setarea(gp->m->g0->area);
	setg(gp->m->gsignal);
	fn(sig, info, ctx);
	setg(gp);
	setarea(was);
}

// Replaces it in the library's calls, those of sigaction's aside.
int __wrap___libc_sigaction(int sig, const LibraryAction *new, LibraryAction *old)
{
	LibraryAction ours;

	if (!new || sig < LibrarySig || sig >= LibrarySig + LibrarySigsN ||
	    !isfunction(new->handler))
		return __real___libc_sigaction(sig, new, old);
	ours = *new;
	ours.handler = libraryhandler;
	ours.flags |= SA_ONSTACK;
	// Before the kernel calls libraryhandler, which loads it.
	atomic_store_relaxed(&librarys[sig - LibrarySig], new->handler);
	return __real___libc_sigaction(sig, &ours, old);
}

// In the child, whose other threads are gone: one may have held it.
void _cgo_signalfork(void)
{
	Area *a = getarea();

	askedlock = 0;
	if (goroutineof(a))
		a->sent = 0; // its parent's
}

// Returns 0, or the error of a thread that asks for that stack in a C program. The library refuses
// SS_ONSTACK, which the kernel ignores.
static int32_t altstackerror(const Sigaltstack *new)
{
	const uint32_t SS_AUTODISARM = (uint32_t)1 << 31;
	uint32_t mode;

	if (!canread(new, sizeof *new))
		return EFAULT;
	if (onsignalstack(getg()->m))
		return EPERM;
	mode = (uint32_t)new->flags & ~SS_AUTODISARM;
	if (mode & ~(uint32_t)SS_DISABLE)
		return EINVAL;
	return mode == 0 && new->size < LeastSignalStack ? ENOMEM : 0;
}

// The runtime's threads have their signal stacks already, and need them.
int __wrap_sigaltstack(const Sigaltstack *new, Sigaltstack *old)
{
	int32_t error;

	if (!getg())
		return __real_sigaltstack(new, old);
	error = new ? altstackerror(new) : 0;
	if (error) {
		*___errno_location() = error;
		return -1;
	}
	return __real_sigaltstack(NULL, old);
}
