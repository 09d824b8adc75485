// halt.h - halting the Ms of a process that dies, so that its report can read their stacks.
#ifndef RT0_SCHED_HALT_H
#define RT0_SCHED_HALT_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"

// ---- signal handlers of the program's, sig/handler.c --------------------------------

// One that runs on gsignal.
struct Handling {
	G *gp; // it was interrupted, with these
	uintptr_t itsguard;
	Mcache *cache;
	Ucontext *ctx;
	Handling *outer;
	Area *area;    // with a C library
	int32_t error; // its errno, of what was interrupted
	HANDLINGENDS
};

// Returns how much of the signal stack, at its low end, the kernel does not know of: SignalTail.
ALWAYS_INLINE uintptr_t signaltail(void)
{
	return Libc && SignalGap ? SignalTail + auxvMinSigStkSz : 0;
}

// ---- halt.c -------------------------------------------------------------------------

// gp was interrupted, with the registers of c.
#define HALTEDAT(gp, c) \
	{ .g = (gp), .pc = ctxpc(c), .sp = ctxsp(c), .bp = ctxbp(c), .link = ctxlink(c) }

NORETURN void haltm(void);
// This M dies, or was asked by one that does, when it was at this place.
void haltmyself(const Halted *at);
void haltifasked(G *gp, const Sigcontext *c);
// Halts all Ms that run goroutines, as far as they answer soon.
void haltothers(void);
// Where the M that runs gp was halted; NULL: it was not.
const Halted *halted(const G *gp);

#endif
