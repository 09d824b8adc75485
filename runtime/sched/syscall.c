// syscall.c - a goroutine in a system call: its M blocks, its P may be taken.
//
// entersyscall leaves the P in Psyscall, still this M's first choice. Until exitsyscall, other
// Ms may take it by compare-and-swap of its status: sysmon's retake after a tick, stopTheWorld,
// forEachP. exitsyscall competes with them. If it loses, it takes an idle P; if there is none,
// the goroutine goes to the global queue.
//
// Unyielding: while the goroutine is Gsyscall and its M still has a P, the scheduler
// could not take it off that M: its status is not Grunning.
//
// Follows Go's proc.go (reentersyscall, exitsyscall).
//
// built: unyielding hot
#include "include/rt.h"
#include "machine.h"
#include "runtime/base/race.h"
#include "runtime/base/replay.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/sysmon.h"
#include "runtime/sched/wake.h"
#include "runtime/sched/yieldcheck.h"

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

static COLD void entersyscall_gcwait(void *unused)
{
	(void)unused;
	stoplent(lentp(getg()->m));
}

// Changes the status of our own G; only the debug build checks the old one.
ALWAYS_INLINE void changestatus(G *gp, uint32_t from, uint32_t to)
{
	if (Debug) {
		gp->m->locks++;
		casgstatus(gp, from, to);
		releasem(gp->m);
	} else {
		atomic_store_release(&gp->atomicstatus, to); // pairs with readgstatus
	}
}

// Records where the goroutine is.
ALWAYS_INLINE void leavego(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	gp->sched.pc = gp->syscallpc = pc;
	gp->sched.sp = gp->syscallsp = sp;
	gp->syscallbp = bp;
	must(!gp->sched.ctxt && onstacks(gp, sp));
	changestatus(gp, Grunning, Gsyscall);
}

// Handles the rare cases. With the P still ours, sysmon sleeps or a safe point is wanted.
// sysmon sets sysmonwait under the lock that every P passes on its way from idle to here, so a
// plain load has seen it. Without the P, the world is to stop.
static NOSPLIT COLD void unusual(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	M *mp = gp->m;

	mp->locks++; // gp is in no consistent state
	if (!mp->p)
		systemstack(entersyscall_gcwait, NULL);
	else if (atomic_load_relaxed(&sched.sysmonwait))
		systemstack(entersyscall_sysmon, NULL);
	if (mp->p && safepointwanted(mp->p))
		systemstack(entersyscall_safepoint, NULL);
	save(pc, sp, bp); // systemstack wrote over it
	releasem(mp);
}

// While gp is Gsyscall and its M has a P, no prologue may run: it could yield.
ALWAYS_INLINE void entersyscallat(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	M *mp = gp->m;
	P *pp = mp->p;

	leavego(gp, pc, sp, bp);
	traceg(TraceSysEnter, gp);
	if (unlikely(atomic_load_relaxed(&sched.sysmonwait) | safepointwanted(pp)))
		unusual(gp, pc, sp, bp);
	mp->syscalltick = pp->syscalltick;
	lend(mp, pp);
	// Not fenced against the store: stopTheWorld checks again if we miss it.
	if (unlikely(worldstops()))
		unusual(gp, pc, sp, bp);
}

NOINLINE void entersaved(void)
{
	entersyscallat(getg(), CALLERPC, CALLERSP, CALLERBP);
}

void reentersyscall(uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	entersyscallat(getg(), pc, sp, bp);
}

static void entersyscallblock_handoff(void *unused)
{
	(void)unused;
	handoffp(releasep());
}

// Is entersyscall for a call that certainly blocks: hands off the P at once.
NOINLINE void enterblocksaved(void)
{
	G *gp = getg();
	M *mp = gp->m;

	if (REPLAYING) { // the P stays unless the call takes long
		entersyscallat(gp, CALLERPC, CALLERSP, CALLERBP);
		return;
	}
	mp->locks++;
	mp->syscalltick = mp->p->syscalltick;
	mp->p->syscalltick++;
	leavego(gp, CALLERPC, CALLERSP, CALLERBP);
	traceg(TraceSysBlock, gp);
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

// Takes any idle P.
static bool takeidle(void)
{
	bool ok = false;

	if (!atomic_load_relaxed(&sched.freezing) && atomic_load_relaxed(&sched.npidle) != 0)
		systemstack(exitsyscallfast_pidle, &ok);
	return ok;
}

// Runs on g0 without a P: continues gp if a P is idle now; otherwise puts it on the global
// queue, and the M sleeps.
static COLD void exitsyscall0(G *gp)
{
	M *mp = getg()->m;
	P *pp = NULL;

	lock(&sched.lock);
	traceg(TraceSysExitWait, gp); // under the lock: as in readyall
	casgstatus(gp, Gsyscall, Grunnable);
	dropg(mp, gp);
	if (!atomic_load_relaxed(&sched.freezing))
		pp = pidleget(); // under the lock: an M that idles sees our G, or we its P
	if (pp)
		wakesysmon();
	else
		globrunqput(gp);
	unlock(&sched.lock);
	if (pp) {
		acquirep(pp);
		LEAVE(execute(gp, false));
	}
	if (mp->lockedg) {
		stoplockedm(); // another M finds gp and hands it its P
		LEAVE(execute(gp, false));
	}
	stopm();
	LEAVE(schedule());
}

static COLD void exitsyscallslow(G *gp)
{
	M *mp = gp->m;

	mp->locks++;
	forgetlent(mp);
	if (takeidle()) {
		mp->syscalltick = mp->p->syscalltick++; // as if it had gone with this one
		casgstatus(gp, Gsyscall, Grunning);
		traceg(TraceSysExit, gp);
		gp->syscallsp = 0;
		releasem(mp); // and puts a request to yield back
		return;
	}
	mp->locks--;
	mcall(exitsyscall0);

	// Scheduled again, perhaps on another M; only now may the traceback forget where
	// the call was.
	gp->syscallsp = 0;
	getg()->m->p->syscalltick++;
}

ALWAYS_INLINE void reexitsyscall(G *gp)
{
	if (likely(retie(gp->m))) {
		changestatus(gp, Gsyscall, Grunning);
		traceg(TraceSysExit, gp);
		gp->syscallsp = 0;
	} else {
		exitsyscallslow(gp);
	}
}

void exitsyscall(void)
{
	reexitsyscall(getg());
}

// Makes a call as between entersyscall and exitsyscall. noinline: its frame is where the
// goroutine's stack ends during the call.
NOINLINE JUMPBACK int64_t rt_raw_syscall(int64_t nr, uint64_t a, uint64_t b, uint64_t c,
                                         uint64_t d, uint64_t e, uint64_t f)
{
	uint64_t args[] = { a, b, c, d, e, f };
	int64_t r;

	// This frame has the callers' registers, as entersyscall has them in the M. They are here
	// already: the call needs most of them.
	__builtin_unwind_init();
	preemptcheckas("rt_syscall");
	if (REPLAYING && replayinterrupts(nr))
		return -EINTR;
	raceoutput();
	if (RACING && (nr == __NR_munmap || nr == __NR_mmap))
		raceclear(a, b); // other memory will be there
	// Perhaps nothing but the kernel knows the memory that it will write to. What looks for
	// pointers cannot see the registers of another thread, so they are also in this frame.
	inmemory(args);
	entersyscallat(getg(), CALLERPC, CALLERSP, CALLERBP);
	r = syscall6(nr, a, b, c, d, e, f);
	reexitsyscall(getg());
	raceinput();
	return r;
}

bool notetsleepg(Note *n, int64_t ns)
{
	bool woken;

	entersyscallblock();
	woken = notetsleep(n, ns);
	exitsyscall();
	return woken;
}
