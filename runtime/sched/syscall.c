// syscall.c - a goroutine in a system call: its M goes, its P may be taken.
//
// entersyscall leaves the P in Psyscall, still this M's first choice. Until exitsyscall,
// anyone may take it by compare-and-swap of its status: sysmon's retake after a tick,
// stopTheWorld, forEachP. exitsyscall competes with them for it; the loser of the two looks
// for another P, and without one the goroutine goes to the global queue.
//
// Follows Go's proc.go (reentersyscall, exitsyscall).
#include "runtime/os/os.h"
#include "runtime/sched/sched.h"

static void wakesysmon(void) HOLDS(sched.lock);
static void wakesysmon(void)
{
	if (sched.sysmonwait) {
		atomic_store_relaxed(&sched.sysmonwait, 0);
		notewakeup(&sched.sysmonnote);
	}
}

static COLD void entersyscall_sysmon(void *unused)
{
	(void)unused;
	lock(&sched.lock);
	wakesysmon();
	unlock(&sched.lock);
}

static COLD void entersyscall_safepoint(void *unused)
{
	(void)unused;
	runSafePointFn();
}

// The world wants to stop: our P is one less to wait for.
static COLD void entersyscall_gcwait(void *unused)
{
	P *pp = getg()->m->oldp;

	(void)unused;
	lock(&sched.lock);
	if (sched.stopwait > 0 && atomic_cas(&pp->status, Psyscall, Pgcstop)) {
		pp->syscalltick++;
		if (--sched.stopwait == 0)
			notewakeup(&sched.stopnote);
	}
	unlock(&sched.lock);
}

// Records where the goroutine is.
static void leavego(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	save(pc, sp, bp);
	gp->syscallsp = sp;
	gp->syscallpc = pc;
	casgstatus(gp, Grunning, Gsyscall);
	if (!onstacks(gp, sp))
		throw("entersyscall");
}

static void reentersyscall(uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	G *gp = getg();
	M *mp = gp->m;
	P *pp = mp->p;

	mp->locks++; // gp is in no consistent state until the end of this function
	leavego(gp, pc, sp, bp);

	// sysmon sleeps only while all Ps are idle, and says so under the lock that every P
	// passes on its way from idle to here: a plain load sees it.
	if (unlikely(atomic_load_relaxed(&sched.sysmonwait))) {
		systemstack(entersyscall_sysmon, NULL);
		save(pc, sp, bp);
	}
	if (unlikely(pp->runSafePointFn)) {
		systemstack(entersyscall_safepoint, NULL);
		save(pc, sp, bp);
	}

	mp->syscalltick = pp->syscalltick;
	pp->m = NULL;
	mp->oldp = pp;
	mp->p = NULL;
	mp->mcache = nocache;
	atomic_store_release(&pp->status, Psyscall); // pairs with the takers' cas
	// Not fenced against the store: stopTheWorld looks again if we miss it.
	if (unlikely(atomic_load_relaxed(&sched.gcwaiting))) {
		systemstack(entersyscall_gcwait, NULL);
		save(pc, sp, bp);
	}
	mp->locks--;
}

// The caller's frame: where the goroutine's stack ends while it is away.
#define CALLERPC ((uintptr_t)__builtin_return_address(0))
#define CALLERSP ((uintptr_t)__builtin_dwarf_cfa())
#define CALLERBP (*(uintptr_t *)__builtin_frame_address(0))

__attribute__((noinline)) void entersyscall(void)
{
	reentersyscall(CALLERPC, CALLERSP, CALLERBP);
}

static void entersyscallblock_handoff(void *unused)
{
	(void)unused;
	handoffp(releasep());
}

// As entersyscall, when it is certain that the call blocks.
__attribute__((noinline)) void entersyscallblock(void)
{
	G *gp = getg();
	M *mp = gp->m;

	mp->locks++;
	mp->syscalltick = mp->p->syscalltick;
	mp->p->syscalltick++;
	leavego(gp, CALLERPC, CALLERSP, CALLERBP);
	systemstack(entersyscallblock_handoff, NULL);
	save(CALLERPC, CALLERSP, CALLERBP); // systemstack wrote over it
	mp->locks--;
}

// ---- the way back -------------------------------------------------------------------

static COLD void exitsyscallfast_pidle(void *arg)
{
	bool *ok = arg;
	P *pp;

	lock(&sched.lock);
	pp = pidleget();
	if (pp)
		wakesysmon();
	unlock(&sched.lock);
	if (pp)
		acquirep(pp);
	*ok = pp != NULL;
}

// A P for this M: the one it had, if nobody took it, else any idle one.
static bool exitsyscallfast(P *oldp)
{
	bool ok = false;

	if (unlikely(sched.stopwait == FreezeStopWait))
		return false; // the process dies: stay out of the way
	if (likely(oldp && atomic_load_relaxed(&oldp->status) == Psyscall &&
	           atomic_cas(&oldp->status, Psyscall, Pidle))) {
		wirep(oldp);
		return true;
	}
	if (atomic_load_relaxed(&sched.npidle) != 0)
		systemstack(exitsyscallfast_pidle, &ok);
	return ok;
}

// No P to be had: on g0, gp goes to the global queue and the M to sleep.
static COLD void exitsyscall0(G *gp)
{
	M *mp = getg()->m;
	P *pp = NULL;

	casgstatus(gp, Gsyscall, Grunnable);
	dropg();
	lock(&sched.lock);
	if (schedEnabled(gp))
		pp = pidleget(); // under the lock: who goes idle sees our G, or we its P
	if (pp)
		wakesysmon();
	else
		globrunqput(gp);
	unlock(&sched.lock);
	if (pp) {
		acquirep(pp);
		execute(gp, false);
	}
	if (mp->lockedg) {
		stoplockedm(); // another M finds gp and hands it its P
		execute(gp, false);
	}
	stopm();
	schedule();
}

void exitsyscall(void)
{
	G *gp = getg();
	M *mp = gp->m;
	P *oldp = mp->oldp;

	mp->locks++;
	gp->waitsince = 0;
	mp->oldp = NULL;
	if (likely(exitsyscallfast(oldp))) {
		mp->p->syscalltick++;
		casgstatus(gp, Gsyscall, Grunning);
		gp->syscallsp = 0;
		releasem(mp); // and puts a request to yield back
		if (unlikely(sched.disable.user) && !schedEnabled(gp))
			goyield();
		return;
	}
	mp->locks--;
	mcall(exitsyscall0);

	// Scheduled again, perhaps on another M; only now may the traceback forget where
	// the call was.
	gp->syscallsp = 0;
	getg()->m->p->syscalltick++;
}

bool notetsleepg(Note *n, int64_t ns)
{
	bool woken;

	entersyscallblock();
	woken = notetsleep(n, ns);
	exitsyscall();
	return woken;
}
