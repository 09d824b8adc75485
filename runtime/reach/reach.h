// reach.h - what leads to what, in the stopped world: the program's memory, and goroutines to
// what they wait on.
#ifndef RT0_REACH_REACH_H
#define RT0_REACH_REACH_H

#include "runtime/mem/mark.h"
#include "runtime/runtime.h"

// ---- stacks.c -----------------------------------------------------------------------

typedef void Visit(uintptr_t lo, uintptr_t hi, void *arg);

// Calls visit for each piece of gp's stacks that is in use, at most StackPieces.
enum { StackPieces = 6 };
void stackpieces(const G *gp, Visit *visit, void *arg);
// Marks what gp leads to, beside its stacks: its registers, and what it has in the runtime.
void markcontext(Marker *m, const G *gp);

// ---- roots.c ------------------------------------------------------------------------

// Marks what can be reached without a goroutine: data, thread-local data, timers, memory that the
// program has named.
void markroots(Marker *m);
// Marks the words in [lo, hi) on pages that have ever been touched.
void marktouched(Marker *m, uintptr_t lo, uintptr_t hi);

// ---- leaks.c ------------------------------------------------------------------------

#endif
