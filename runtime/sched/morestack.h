// morestack.h - segments, on which goroutines have more stack.
#ifndef RT0_SCHED_MORESTACK_H
#define RT0_SCHED_MORESTACK_H

#include "runtime/mem/mem.h"

bool onbase(const G *gp, uintptr_t sp);
bool onstacks(const G *gp, uintptr_t sp);
void startonsegment(G *gp);
void dropsegment(G *gp);
void freesegment(G *gp);
void borrowstack(G *gp, G *lender);
void returnstack(G *gp, G *lender);
// Returns the G whose stack gp has borrowed, which keeps gp's own; NULL: none. Another M may get a
// wrong answer while gp changes.
const G *borrowedof(const G *gp);
void forgetallocs(G *gp, uintptr_t sp);
uintptr_t allocsend(const G *gp); // of what alloca has taken, at the low end of gp's segment
int64_t newstack(MoreFrame *f);
uintptr_t returnaddress(const G *gp, const uintptr_t *slot);
uintptr_t keptreturn(const G *gp, const uintptr_t *slot);
void keepreturn(G *gp, uintptr_t *slot, uintptr_t pc);
uintptr_t realreturn(const G *gp, uintptr_t pc, const uintptr_t *slot);
void recoverreturn(void); // recover.S
NORETURN void stackoverflow(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp);
// cgo/musl_signal.c: does the program handle SIGSEGV on a stack of its own, as it thinks?
bool handlesoverflow(void);

// With a C library: is addr on gp's dense stack, or in the guard below?
ALWAYS_INLINE bool ondense(const G *gp, uintptr_t addr)
{
	return addr + DenseBelow >= gp->stack.lo && addr <= gp->stack.hi &&
	       gp->stack.lo != gp->segment.lo;
}

#endif
