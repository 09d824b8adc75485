// foreign.c - a thread that the runtime did not make and that calls rt.h becomes a goroutine,
// locked to its thread, until the thread ends.
//
// Its G has the thread's own stack (and area, with musl). Its M comes from the spare ones. Each
// has a G, and the two stay locked to each other; g0 and gsignal have stacks of their own. The
// thread that takes the last spare M makes the next one, as soon as it is a goroutine and can
// allocate; others that come meanwhile wait for that. With musl a spare M counts as one that runs:
// a thread may come at any time and wake what waits, so no deadlock is reported. With glibc the
// first one is made at the start of every program, and checkdead looks for threads.
//
//	thread without a G   --adopt-->    goroutine, Gdead -> Grunnable -> Grunning
//	                     <--release--  at the thread's end
//
// The first call of rt.h sees by the guard of such a thread that it must look what calls: with
// musl it has GuardLook (kernelthread), with glibc it is 0 (mustlook). goroutineonly, nothandler
// and callerg then come here.
//
// With musl what blocks parks the goroutine. With glibc it blocks the thread, in code that
// knows nothing of goroutines: so the goroutine is away as in a system call whenever it is not in
// a call of rt.h, and another M may have its P.
//
// Unyielding: the thread has no G, or is about to have none.
//
// Follows Go's proc.go (needm, dropm, oneNewExtraM).
//
// built: unyielding
#include "cgo/area.h"
#include "cgo/spinlock.h"
#include "runtime/base/guard.h"
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/sigtable.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/sysmon.h"
#include "runtime/sched/wake.h"

// A sanitizer's functions use much.
enum { SystemStack = Hosted ? 512 << 10 : 64 << 10 };

// What the thread had before, at the top of its g0's stack.
typedef struct {
	Sigaltstack altstack;
	Sigset mask;
	uint64_t unused[3];
} Before;

// Held with all signals blocked, by threads that have no G.
static SpinLock sparelock;
static M *spares; // through schedlink
uint32_t __rt0_nspares; // with those that are about to be pushed

void __rt0_foreignforked(void)
{
	sparelock = 0; // another thread may have held it
}

static void pushspare(M *mp)
{
	spinacquire(&sparelock);
	mp->schedlink = spares;
	spares = mp;
	spinrelease(&sparelock);
}

// Waits for one, if others have just taken the last.
static M *takespare(bool *last)
{
	M *mp;

	for (;;) {
		spinacquire(&sparelock);
		mp = spares;
		if (mp)
			break;
		spinrelease(&sparelock);
		if (Hosted && !mainStarted)
			__rt0_expected();
		osyield();
	}
	spares = mp->schedlink;
	spinrelease(&sparelock);
	*last = atomic_xadd(&__rt0_nspares, -1u) == 0;
	return mp;
}

static Before *hadbefore(const M *mp)
{
	return (Before *)(mp->g0->stack.hi - sizeof(Before));
}

// On a goroutine.
static void makespare(void)
{
	Sigset all = ~(Sigset)LibrarySigs, old;
	M *mp = allocm(NULL, NULL, -1), *self;
	G *gp;

	mp->isextra = true; // before it has a procid; pairs with askthreads
	if (mp->g0->stack.lo == 0)
		gstack(mp->g0, SystemStack);
	gp = mp->lockedg;
	if (!gp) {
		gp = malg(0);
		casgstatus(gp, Gidle, Gdead);
		allgadd(gp);
		atomic_xadd(&sched.ngsys, 1); // this and those below: pair with gcount
		mp->lockedg = gp;
		gp->lockedm = mp;
		mp->lockedInt = 1;
	}
	self = acquirem();
	changemask(SIG_BLOCK, all, &old);
	(void)atomic_xadd(&__rt0_nspares, 1);
	pushspare(mp);
	changemask(SIG_SETMASK, old, NULL);
	releasem(self);
}

// Called before a thread is made that may come here; on a goroutine, or on such a thread.
void __rt0_expectforeign(void)
{
	// No partner: others make one as well, or takespare waits.
	if (getg() && atomic_load_relaxed(&__rt0_nspares) == 0)
		makespare();
}

// ---- becoming a goroutine -----------------------------------------------------------

// On g0: as exitsyscall0 does.
static void adopt0(G *gp)
{
	P *pp = NULL;

	lock(&sched.lock);
	casgstatus(gp, Gdead, Grunnable);
	dropg(getg()->m, gp);
	if (!atomic_load_relaxed(&sched.freezing)) // stored under sched.lock, by checkdead too
		pp = pidleget();
	if (pp)
		wakesysmon();
	else
		globrunqput(gp);
	unlock(&sched.lock);
	if (pp)
		acquirep(pp);
	else
		stoplockedm();
	LEAVE(execute(gp, false));
}

// Sets the thread's own mask again, without the signals that the runtime must get. The library's
// stay as they are: its timers' threads wait for one that they have blocked.
static void unblock(Sigset mask)
{
	for (uint32_t sig = 1; sig < NSIG; sig++) {
		if (!blockableSig(sig))
			mask &= ~((Sigset)1 << (sig - 1)) | LibrarySigs;
	}
	changemask(SIG_SETMASK, mask, NULL);
}

// The thread runs on as if its goroutine were in a system call, of which nobody asks where it
// is: the frames are not the goroutine's.
static void leave(M *mp)
{
	G *gp = mp->curg;

	mp->calling = false;
	reentersyscall((uintptr_t)goexit + PCQuantum, (gp->stack.hi - 64) & ~(uintptr_t)15, 0);
	setguard(GuardLook);
}

static void setupthread(M *mp, G *gp, Sigset old)
{
	G *system = mp->g0;

	hadbefore(mp)->mask = old;
	mp->sigmask = old;
	mp->newSigstack = true;
	meetthread(system, gp);
	gp->segment = gp->stack;
	fixguard(gp, StackGuard, 0);
	gp->goid = atomic_xadd(&sched.goidgen, 1);
	gp->sched.ctxt = NULL;
	gp->syscallsp = 0;
	readfpcontrol(&mp->fpcontrol);
	system->sched.fpcontrol = mp->fpcontrol;
	system->sched.sp = (uintptr_t)hadbefore(mp) & ~(uintptr_t)15;
	system->sched.g = system;
	mp->curg = gp;
	gp->m = mp;
	// Publishes isextra, and whose thread it is; pairs with killgoroutine's load and its like.
	atomic_store_release(&mp->procid, (uint64_t)gettid());
}

void __rt0_adopt(void)
{
	Sigset all = ~(Sigset)LibrarySigs, old;
	bool last;
	M *mp;
	G *gp;

	changemask(SIG_BLOCK, all, &old);
	mp = takespare(&last);
	gp = mp->lockedg;
	setupthread(mp, gp, old);
	setp(mp, NULL);
	setg(gp);
	setguard(guardfor(gp, (uintptr_t)__builtin_frame_address(0)));
	atomic_xadd(&sched.ngsys, -1u);
	if (Libc)
		joinprogram();
	sigaltstack(NULL, &hadbefore(mp)->altstack);
	signalstack(&mp->gsignal->stack);
	unblock(old);
	mcall(adopt0);
	if (last)
		makespare();
	if (Hosted)
		leave(mp);
}

// ---- a call of rt.h, with glibc ----------------------------------------------------------

// In a function of rt.h that is for goroutines alone.
void __rt0_comeback(G *gp)
{
	if (readgstatus(gp) != Gsyscall)
		return;
	restoreguard(gp, guardof(gp));
	exitsyscall();
}

bool __rt0_entercall(void)
{
	M *mp;

	if (likely(getg())) {
		mp = getg()->m;
		if (likely(!mp->isextra && mp->incgo == CgoNot) || getg() == mp->g0 ||
		    getg() == mp->gsignal || mp->calling)
			return false;
	} else {
		__rt0_adopt();
		mp = getg()->m;
	}
	mp->calling = true;
	return true;
}

void __rt0_leavecall(void)
{
	M *mp = getg()->m;

	mp->calling = false;
	if (mp->incgo == CgoGoroutine)
		ceasegoroutine();
	else if (mp->incgo == CgoNot && mp->isextra && readgstatus(getg()) == Grunning)
		leave(mp);
}

// ---- and none again -----------------------------------------------------------------

// On g0. What waits for the thread may be in a deadlock now.
static void release0(G *gp)
{
	M *mp = getg()->m;

	casgstatus(gp, Grunning, Gdead);
	mp->curg = NULL;
	atomic_xadd(&sched.ngsys, 1);
	handoffp(releasep());
	lock(&sched.lock);
	(void)atomic_xadd(&__rt0_nspares, 1);
	if (Hosted)
		checkdead();
	unlock(&sched.lock);
	LEAVE(gogo(&gp->sched)); // it is Gdead: the thread runs on without it
}

void __rt0_release(void)
{
	Sigset all = ~(Sigset)LibrarySigs, old;
	G *gp = getg();
	M *mp = gp->m;

	if (Hosted)
		__rt0_comeback(gp);
	mp->lockedExt = 0;
	gp->_defer = NULL;
	droppanics(gp, NULL);
	changemask(SIG_BLOCK, all, NULL);
	old = hadbefore(mp)->mask;
	if (Libc)
		leaveprogram(gp->area);
	threadleaves();
	mcall(release0);
	setg(NULL);
	setguard(GuardLook);
	sigaltstack(&hadbefore(mp)->altstack, NULL);
	atomic_store_release(&mp->procid, 0); // pairs with killgoroutine's load and its like
	pushspare(mp);
	changemask(SIG_SETMASK, old, NULL);
}
