// mem.h - memory: for the runtime's own structures, for stacks, for the program.
#ifndef RT0_MEM_MEM_H
#define RT0_MEM_MEM_H

#include "runtime/runtime.h"

// ---- persistent.c -------------------------------------------------------------------

// Zeroed memory that is never freed. Throws when there is none.
void *persistentalloc(uintptr_t size, uintptr_t align);

// ---- stack.c ------------------------------------------------------------------------

enum {
	StackSegment = 64 << 20, // what a goroutine may use
	StackGuardArea = 64 << 10, // below every stack: a touch faults, but for the rest of
	ShiftPage = 4096,          // a page of this size
};

void stackinit(void);
// A stack of n bytes, a power of two; from 32 KiB on guarded below. Runs on g0.
Stack stackalloc(uint32_t n);
// Gives it back: not the stack one runs on.
void stackfree(Stack stk);
// Gives what pp keeps to the others: it is going away.
void stackpurge(P *pp);

// ---- malloc.c -----------------------------------------------------------------------

// Before anything is allocated, on the first M. Sets mcache0.
void mallocinit(void);
// A P's cache of free objects.
Mcache *allocmcache(void);
// Empties the cache of a P that is no more; its memory stays.
void freemcache(Mcache *c);

#endif
