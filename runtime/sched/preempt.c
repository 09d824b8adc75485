// preempt.c - asking a goroutine to give up its M, and its answer.
//
// The request is in the guard (base/guard.h). The next prologue (morestack.c) or the
// allocator serves it. The P may run another goroutine by then; so a request to the P makes
// the scheduler itself end the time slice.
//
// A goroutine that calls nothing is also asked by a signal. The handler checks what it has
// interrupted: in the program's own code, at any instruction, it takes the goroutine off
// its M (preempt.S); anywhere else it does nothing, and the guard takes effect later.
//
// Unyielding: yieldcheck decides about the M that it found at its start. Code that sends or
// answers a signal runs on signal stacks too, with another G's guard in force.
//
// Follows Go's proc.go (preemptone), stack.go (newstack) and preempt.go.
//
// built: unyielding libc
#include "runtime/base/hosted.h"
#include "runtime/base/tracehook.h"
#include "runtime/base/valgrind.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/own.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/yieldcheck.h"

extern const char __user_text_start[], __user_text_end[];

// The AsyncStates of goroutines that have ended, for reuse. Otherwise each G would have one
// in the end, many more than are preempted at once.
static struct {
	Mutex lock;
	AsyncState *free;
} asyncstates = { .lock.rank = RANKED(RankAsyncState) };

AsyncState *newasyncstate(void)
{
	// asyncResume's stack pointer walks through it. For valgrind what it has passed is dead,
	// less a red zone: so the 128 bytes before an AsyncState are left unused.
	enum { Before = valgrindenabled ? 128 : 0 };
	AsyncState *a;

	asyncinit();
	lock(&asyncstates.lock);
	a = asyncstates.free;
	if (a)
		asyncstates.free = a->next;
	unlock(&asyncstates.lock);
	if (a)
		return a;
	return (AsyncState *)((uintptr_t)persistentalloc(Before + asyncroom(), 64) + Before);
}

COLD void freeasyncstate(AsyncState *a)
{
	lock(&asyncstates.lock);
	a->next = asyncstates.free;
	asyncstates.free = a;
	unlock(&asyncstates.lock);
}

// Sends mp the signal, unless one is on its way.
static void preemptM(M *mp)
{
	if (!atomic_cas(&mp->signalPending, 0, 1))
		return;
	// asyncSpare is ours until the signal is sent, then the handler's. A process that
	// dies may hold the allocator's lock; the guard alone must do then.
	if (!mp->asyncSpare && !getg()->m->dying)
		mp->asyncSpare = newasyncstate();
	if (killthread((int32_t)mp->procid, SIGURG) != 0)
		atomic_store_release(&mp->signalPending, 0); // the thread has ended
}

// Returns where mp's curcache is. Not with a C library, whose thread-local data is elsewhere.
static Mcache **curcacheof(M *mp)
{
	return (Mcache **)((char *)mp + ((char *)&curcache - (char *)getg()->m));
}

// Asks what pp runs to yield; returns whether it made a request. Best effort: it may hit
// another goroutine, or none, and the caller asks again.
bool preemptone(P *pp, PreemptReason why)
{
	M *mp = ownerof(pp);
	G *gp;

	if (!mp || mp == getg()->m)
		return false;
	gp = atomic_load_acquire(&mp->curg);
	if (!gp || gp == mp->g0)
		return false;
	trace2(TracePreempt, why, (uintptr_t)pp);
	// A C library's thread may have ended, and its words with it.
	requestyield(mp, gp, iscgo ? NULL : curcacheof(mp));
	requestround(pp, why);
	preemptM(mp); // also with asyncpreemptoff: it ends a call that blocks (endblocked)
	return true;
}

// Asks all. Without locks it may miss a P that is just being started; the M that starts it
// checks gcwaiting.
bool preemptall(void)
{
	bool any = false;

	for (int32_t i = 0; i < gomaxprocs; i++) {
		P *pp = allp[i];

		if (isrunning(pp) && preemptone(pp, PreemptSlice))
			any = true;
	}
	return any;
}

// May the goroutine that runs on mp be taken off it here?
bool canPreemptM(const M *mp)
{
	return mp->locks == 0 && mp->mallocing == 0 && !mp->preemptoff && mp->p &&
	       isrunning(mp->p);
}

// Serves a request that preemptcheck has found, on the goroutine's stack. name: of a
// function of the interface that is for goroutines alone; or NULL.
void yieldcheck(const char *name)
{
	G *gp;
	M *mp;

	if (name)
		goroutineonly(name);
	gp = callerg();
	mp = gp->m;
	if (gp != mp->curg || (Hosted && readgstatus(gp) == Gsyscall))
		return;
	if (!canPreemptM(mp)) {
		// The request stays, and releasem puts it back into the guard.
		setguard(guardfor(gp, (uintptr_t)__builtin_frame_address(0)));
		return;
	}
	// The stress build yields now and then without being asked.
	if (yieldwanted(gp) || roundwanted(mp->p) || (Stress && fastrandn(4) == 0))
		mcall(gopreempt_m); // acts like rt_gosched
	else
		setguard(guardfor(gp, (uintptr_t)__builtin_frame_address(0)));
}

// ---- stopping one goroutine ----------------------------------------------------------

// Runs on g0: stops gp until resumeG.
void preemptPark(G *gp)
{
	gp->waitreason = WaitReasonPreempted;
	traceg(TraceGoBlock, gp);
	dropg(getg()->m, gp); // first: once it is Gpreempted, another M may resume it
	casgstatus(gp, Grunning, Gpreempted);
	LEAVE(schedule());
}

static void stopsoon(G *gp)
{
	M *mp = atomic_load_acquire(&gp->m);
	P *pp = mp ? atomic_load_acquire(&mp->p) : NULL;

	requeststop(gp);
	if (pp && ownerof(pp) == mp)
		preemptone(pp, PreemptSlice);
}

// Stops gp where it runs. Returns true if it is stopped: nothing on its stacks moves, and
// resumeG must follow. Returns false if it does not run: it waits, is queued or in a system
// call, and the caller must ensure by other means that it stays so (stopTheWorld). Not for
// the caller's own goroutine.
bool suspendG(G *gp)
{
	uint32_t status;

	for (;;) {
		switch (readgstatus(gp)) {
		case Gpreempted:
			endstop(gp);
			casgstatus(gp, Gpreempted, Gwaiting); // nobody else looks for it
			return true;
		case Grunning:
			stopsoon(gp);
			osyield();
			break;
		default:
			// It may have started to run since, and be on its way to
			// preemptPark: look again once the wish is withdrawn. Pairs with
			// execute's store of the status, after which its M looks at the wish
			// (stopwanted).
			withdrawstop(gp);
			status = atomic_load_seqcst(&gp->atomicstatus);
			if (status != Gpreempted && status != Grunning)
				return false;
		}
	}
}

void resumeG(G *gp)
{
	ready(gp, false);
}

// ---- at any instruction -------------------------------------------------------------

static bool wantAsyncPreempt(const G *gp)
{
	const P *pp = gp->m->p;

	return (yieldwanted(gp) || (pp && roundwanted(pp))) && readgstatus(gp) == Grunning;
}

// Can gp be stopped here, with nothing in its hands but its own registers? The runtime, a C
// library and the vDSO are excluded by the address of their code, which may hold a lock, or a P
// in a local variable.
static bool isAsyncSafePoint(const G *gp, uintptr_t pc, uintptr_t sp)
{
	const M *mp = gp->m;

	if (gp != mp->curg || !canPreemptM(mp))
		return false;
	if (!onstacks(gp, sp))
		return false;
	if (Hosted && !__rt0_interruptible())
		return false;
	return pc >= (uintptr_t)__user_text_start && pc < (uintptr_t)__user_text_end;
}

// Makes the interrupted code continue in asyncPreempt, with its registers in gp's asyncState.
static void divert(G *gp, Sigcontext *c)
{
	M *mp = gp->m;
	AsyncState *a = gp->asyncState;

	if (!a) {
		a = gp->asyncState = mp->asyncSpare; // it stays with the G
		mp->asyncSpare = NULL;
	}
	saveregisters(a, c);
	ctxgoto(c, (uintptr_t)asyncPreempt);
}

void doSigPreempt(G *gp, Sigcontext *c)
{
	M *mp = gp->m;
	bool spare;

	haltifasked(gp, c);
	spare = mp->signalPending && (gp->asyncState || mp->asyncSpare) &&
	        debug.asyncpreemptoff == 0;

	if (spare && wantAsyncPreempt(gp) && isAsyncSafePoint(gp, ctxpc(c), ctxsp(c)) &&
	    cansaveregisters(c))
		divert(gp, c);
	atomic_xadd(&mp->preemptGen, 1);
	atomic_store_release(&mp->signalPending, 0); // asyncSpare is the next sender's
}

// Runs on g0, called by asyncPreempt: schedules, now that gp is off the processor.
void asyncPreempt2(G *gp)
{
	LEAVE(gopreempt_m(gp));
}
