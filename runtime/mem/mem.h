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
	StackGuardArea = 64 << 10, // below every stack: a touch faults, but for the first
	StackSlack = 1024,         // so many bytes
};

void stackinit(void);
// A stack of n bytes, a power of two; from 32 KiB on guarded below. Runs on g0.
Stack stackalloc(uint32_t n);
// Gives it back: not the stack one runs on.
void stackfree(Stack stk);
// Gives what pp keeps to the others: it is going away.
void stackpurge(P *pp);

// ---- mcache.c -----------------------------------------------------------------------

// Before anything is allocated, on the first M. Sets mcache0.
void mallocinit(void);
// A P's cache of free objects.
Mcache *allocmcache(void);
// Empties the cache of a P that is no more, or has nothing to do; it stays usable.
void freemcache(Mcache *c);
// The same for the one that Ms without a P use.
void freesharedcache(void);

// ---- mheap.c: for the scavenger, boot/gc.c ------------------------------------------

// Set when scavengewanted may have become true; sysmon clears it and wakes the scavenger.
extern uint32_t scavengehint;
// Does the heap keep more free memory than it should?
bool scavengewanted(void);
// Gives a piece of free memory to the kernel; false: there is nothing more to give. Without
// all it leaves what was needed since scavengewanted.
bool scavengeone(bool all);

#endif
