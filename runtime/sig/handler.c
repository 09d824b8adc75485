// handler.c - signal handlers of the program's own, which a C library lets it install.
//
// A handler is the program's code, with prologues that check the guard. On a goroutine's
// stack they could find no room, or a request to yield, and switch to another goroutine. So
// the kernel calls cgo/musl.c on the M's signal stack, and that calls the handler from
// here, as gsignal: with a guard that fits, which no request to yield comes to, and which
// tells functions of the interface that there is no goroutine (GuardLook).
//
// Handlers nest: one has blocked the signals in its sa_mask alone. The G that was interrupted
// first is not gsignal; it is what runs again when all have returned, or when one of them
// leaves by siglongjmp (cgo/jump.c).
//
// Unyielding: until enter has switched G and guard, a prologue here would compare the
// signal stack with the goroutine's guard.
//
// built: unyielding libc
#include "runtime/base/guard.h"
#include "runtime/mem/mem.h"
#include "runtime/os/sigtable.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sig/sig.h"
#include "runtime/sig/signalstack.h"

enum { ReportRoom = 16 << 10 }; // of the signal stack, to say that a handler has used it up

// ---- calling one --------------------------------------------------------------------

// Returns the area of the goroutine that the handler interrupts, or the thread's.
static Area *areafor(const G *gp, const M *mp)
{
	if (gp == mp->gsignal)
		return getarea(); // the interrupted handler's
	return gp == mp->curg || gp == mp->gcgo ? mp->curg->area : mp->g0->area;
}

// The handler has an errno of its own.
static void enterarea(Handling *h, const M *mp)
{
	Area *a = areafor(h->gp, mp);

	h->area = getarea();
	h->error = *areaerror(a);
	setarea(a);
}

static void leavearea(const Handling *h)
{
	*areaerror(getarea()) = h->error;
	setarea(h->area);
}

// What was interrupted may be about to use the P's cache: without one, rt_malloc and rt_free
// come to where they see that a handler calls.
static void enter(Handling *h, M *mp)
{
	G *gsignal = mp->gsignal;

	h->outer = mp->handling;
	mp->handling = h;
	gsignal->goid = mp->curg ? mp->curg->goid : 0;
	setg(gsignal);
	setguard((gsignal->stack.lo + signaltail() + StackGuard + ReportRoom) | GuardLook);
	curcache = nocache;
	if (Libc)
		enterarea(h, mp);
}

void leavehandler(const Handling *h, M *mp)
{
	G *gp = h->gp;

	if (Libc)
		leavearea(h);
	mp->handling = h->outer;
	setg(gp);
	restoreguard(gp, h->itsguard);
	curcache = guardasks() ? nocache : h->cache;
}

// Calls the handler SignalGap bytes further down. The gap is in this function's frame, above its frame
// record: so tracebacks get past it when the kernel has written over the gap.
static NOINLINE void callbelow(SignalHandler *fn, int32_t sig, Siginfo *info, Ucontext *ctx)
{
	volatile char gap[SignalGap + 1];

	gap[0] = 0;
	__rt0_callhandler(fn, sig, info, ctx);
	(void)gap[0]; // the frame is there until the call has returned
}

void __rt0_callhandler(SignalHandler *fn, int32_t sig, Siginfo *info, Ucontext *ctx)
{
	G *gp = getg();
	M *mp = gp->m;
	Handling h = { .gp = gp, .itsguard = getguard(), .cache = curcache, .ctx = ctx };

	if (touched((uint32_t)sig, info, &ctx->mcontext))
		return; // a fault that the runtime has provoked
	if (SignalGap && wantsgap(gp, ctx)) {
		callbelow(fn, sig, info, ctx);
		return;
	}
	if (SignalGap)
		usedup(gp, ctx);
	KEEPHANDLED(&h, &ctx->mcontext);
	enter(&h, mp);
	fn(sig, info, ctx);
	leavehandler(&h, mp);
}

// Returns the G that the signal interrupted: not gsignal, if a handler of the program's
// calls the runtime's handler, which it has replaced.
G *interrupted(const G *gsignal, const Ucontext *ctx)
{
	const Handling *h = gsignal->m->handling;

	return h && h->ctx == ctx && ISHANDLED(h, &ctx->mcontext) ? h->gp : (G *)(uintptr_t)gsignal;
}
