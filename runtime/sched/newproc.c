// newproc.c - starting a goroutine.
//
// Follows Go's proc.go (newproc1) and stack.go (gostartcall). The new stack, from the top:
//
//	hi  +------------------------+
//	    | 32 bytes left free     |
//	    +------------------------+  <- stktopsp (without arguments)
//	    | siz bytes of arguments |  moved here from argp, 16-byte aligned
//	    +------------------------+
//	    | goexit + 1             |  <- sched.sp: the function's return address
//	    +------------------------+
//
// sched.pc is the function, sched.ctxt its argument. With a C library the goroutine's area is
// above these.
//
// Unyielding: startg puts the new goroutine on the queue of the P that it has found.
//
// built: unyielding hot libc
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/base/replay.h"
#include "runtime/base/tracehook.h"
#include "runtime/base/valgrind.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/wake.h"
#include "runtime/sched/yieldcheck.h"

enum { SpAlign = 16 };

// Laid down by linker.ld: the runtime's own code.
extern const char __runtime_text_start[], __runtime_text_end[];
void runtime_main(void *ctxt); // boot/

// The runtime's own goroutines are those whose function is in its text, except for the main
// goroutine, which runs the program.
STEP bool isSystemGoroutine(const G *gp)
{
	return gp->startpc >= (uintptr_t)__runtime_text_start &&
	       gp->startpc < (uintptr_t)__runtime_text_end &&
	       gp->startpc != (uintptr_t)runtime_main;
}

// Does saveAncestors have work? GODEBUG's tracebackancestors is set, or a goroutine may
// have a function that returns to recoverreturn.
uint32_t watchcreation;

// Makes newg's chain. Runs on g0, because the goroutine's stack may have no room for what
// rt_malloc calls.
static COLD void copyancestors(void *arg)
{
	G *newg = arg;
	const G *callergp = getg()->m->curg;
	uintptr_t n, *a;

	n = callergp->ancestors ? callergp->ancestors[0] : 0;
	n = min(n, (uintptr_t)debug.tracebackancestors - 1);
	a = rt_malloc((1 + 2 * (n + 1)) * sizeof *a);
	a[0] = n + 1;
	a[1] = callergp->goid;
	a[2] = callergp->gopc;
	if (n > 0)
		__builtin_memcpy(a + 3, callergp->ancestors + 1, 2 * n * sizeof *a);
	newg->ancestors = a;
}

// Returns the chain of creations that led to newg, for the traceback: a count, then a goid
// and the pc of the go statement each. NULL unless GODEBUG's tracebackancestors asks for
// it.
COLD HOTSTEP uintptr_t *saveAncestors(G *newg)
{
	const G *callergp;

	if (likely(!atomic_load_relaxed(&watchcreation)))
		return NULL;
	callergp = getg();
	newg->gopc = realreturn(callergp, newg->gopc, NULL);
	if (debug.tracebackancestors <= 0 || callergp->goid == 0)
		return NULL;
	systemstack(copyancestors, newg);
	return newg->ancestors;
}

// Makes buf as if it had called fn and stopped before its first instruction.
HOTSTEP void gostartcall(Gobuf *buf, void (*fn)(void *), void *ctxt)
{
	setreturn(&buf->sp, buf->pc); // in goexit
	buf->pc = (uintptr_t)fn;
	buf->ctxt = ctxt;
}

HOTSTEP void gostartcallfn(Gobuf *buf, void (*fn)(void *), void *ctxt)
{
	gostartcall(buf, fn, ctxt);
}

static uint64_t newgoid(P *pp)
{
	if (pp->goidcache == pp->goidcacheend) {
		// A batch at once: this counter is shared by all.
		pp->goidcache = atomic_xadd(&sched.goidgen, GoidCacheBatch) -
		                GoidCacheBatch + 1;
		pp->goidcacheend = pp->goidcache + GoidCacheBatch;
	}
	return pp->goidcache++;
}

// Returns whether the arguments leave too little of a small stack.
static bool needsmore(uintptr_t narg)
{
	return narg > StackMin / 4 && goroutineStack == StackMin;
}

// Gives gp a bigger stack. Runs on g0, because the caller's own stack may be full.
static COLD void biggerstack(void *arg)
{
	G *gp = arg;

	stackfree(gp->stack);
	gstack(gp, 2 * StackMin);
}

static G *gnew(P *pp, uintptr_t narg)
{
	G *gp = gfget(pp);

	if (unlikely(!gp)) {
		gp = malg(needsmore(narg) ? 2 * StackMin : goroutineStack);
		casgstatus(gp, Gidle, Gdead);
		allgadd(gp); // published as dead, so that nobody looks at its empty stack
	} else if (unlikely(needsmore(narg))) {
		systemstack(biggerstack, gp);
	}
	return gp;
}

HOTSTEP G *newproc1(void (*fn)(void *), void *ctxt, const void *argp, uintptr_t narg,
                    G *callergp, uintptr_t callerpc)
{
	uintptr_t sp;
	G *newg;
	M *mp;

	if (unlikely(!fn)) {
		callergp->m->throwing = -1; // do not dump full stacks
		fatal("go of nil func value");
	}
	if (narg >= StackMin - MinFrameSize - PtrSize)
		throw("newproc: function arguments too large for new goroutine");

	mp = acquirem(); // documented; and memcpy may be the program's, and yield
	newg = gnew(mp->p, narg);
	valgrindMakeMemUndefined(newg->stack.lo, newg->stack.hi - newg->stack.lo);
	if (Libc)
		newg->stack.hi = newarea(newg);
	sp = newg->stack.hi - MinFrameSize - alignup(narg, SpAlign);
	if (narg > 0) {
		__builtin_memcpy((void *)sp, argp, narg);
		if (!ctxt)
			ctxt = (void *)sp;
	}
	// Word by word: gcc makes string instructions of a whole Gobuf, which are slow to start.
	newg->sched.sp = sp;
	newg->sched.pc = (uintptr_t)goexit + PCQuantum;
	newg->sched.g = newg;
	newg->sched.bp = 0;
	defaultfpcontrol(&newg->sched.fpcontrol);
	newg->stktopsp = sp;
	gostartcallfn(&newg->sched, fn, ctxt);
	newg->gopc = callerpc;
	newg->parentGoid = callergp->goid;
	newg->ancestors = saveAncestors(newg);
	newg->startpc = (uintptr_t)fn;
	if (REPLAYING)
		newg->replayprio[0] = 0;
	newg->issystem = isSystemGoroutine(newg);
	if (newg->issystem)
		atomic_xadd(&sched.ngsys, 1);
	else if (Libc)
		joinprogram();
	fastcasgstatus(newg, Gdead, Grunnable);
	newg->goid = newgoid(mp->p);
	traceg(TraceGoCreate, newg);
	fibernew(newg);
	releasem(mp);
	return newg;
}

// Puts newg into runnext, and wakes an M if that is needed.
void startg(G *newg)
{
	runqput(getg()->m->p, newg, true);
	if (mainStarted)
		wakep();
	if (REPLAYING)
		replaychance(); // newg may run at once, as it would on another P
}

void newproc_c(int32_t siz, const FuncVal *fv, const void *argp, uintptr_t callerpc)
{
	startg(newproc1(fv ? fv->fn : NULL, siz > 0 ? NULL : (void *)(uintptr_t)fv, argp,
	                (uintptr_t)siz, getg(), callerpc));
}

// ---- interface ----------------------------------------------------------------------

void rt_go(rt_func *fn, void *arg)
{
	bool entered = callentered();

	preemptcheck();
	startg(newproc1(fn, arg, NULL, 0, getg(), (uintptr_t)__builtin_return_address(0)));
	callleft(entered);
}

void rt_go_copy(rt_func *fn, const void *args, size_t size)
{
	preemptcheck();
	racetakes(args, size);
	startg(newproc1(fn, NULL, args, size, getg(),
	                (uintptr_t)__builtin_return_address(0)));
}
