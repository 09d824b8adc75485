// signalstack.h - signal stacks whose guard the program's handlers may touch: SignalGap (context.h).
#ifndef RT0_SIG_SIGNALSTACK_H
#define RT0_SIG_SIGNALSTACK_H

#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/morestack.h"

// Is the signal stack large enough? A program with a C library of its own may have given the thread a
// smaller one.
ALWAYS_INLINE bool hasgap(const G *gsignal)
{
	return (int64_t)(gsignal->stack.hi - gsignal->stack.lo) >= 4 * SignalGap;
}

// Does a handler have to begin further down? It is the first on the signal stack, and has no gap yet.
ALWAYS_INLINE bool wantsgap(const G *gp, const Ucontext *ctx)
{
	const G *gsignal = gp->m->gsignal;

	return gp != gsignal && hasgap(gsignal) &&
	       (int64_t)((uintptr_t)ctx - (uintptr_t)__builtin_frame_address(0)) < SignalGap;
}

// A signal has interrupted gp. If that was a handler of the program's at the end of the signal stack,
// ends the process with a report. It cannot return, because the kernel has written over the first
// signal's frames.
ALWAYS_INLINE void usedup(G *gp, const Ucontext *ctx)
{
	const Sigcontext *c = &ctx->mcontext;
	M *mp = gp->m;
	uintptr_t sp = ctxsp(c);

	if (gp != mp->gsignal || !mp->handling || !hasgap(gp) || mp->dying ||
	    sp < gp->stack.lo - StackBelow || sp >= gp->stack.lo + signaltail())
		return;
	mp->haltedat.link = ctxlink(c);
	stackoverflow(gp, ctxpc(c), sp, ctxbp(c));
}

#endif
