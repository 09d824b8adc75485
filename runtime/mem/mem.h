// mem.h - memory: for the runtime's own structures, for stacks, for the program.
#ifndef RT0_MEM_MEM_H
#define RT0_MEM_MEM_H

#include "runtime/runtime.h"

// ---- persistent.c -------------------------------------------------------------------

// Zeroed memory that is never freed. Throws when there is none.
void *persistentalloc(uintptr_t size, uintptr_t align);

// A mapping that it cuts such memory from, with this record in it. The list only grows.
typedef struct Persistent Persistent;
struct Persistent {
	Persistent *next;
	uintptr_t base, end;
};
extern Persistent *persistentlist;

// The first chunk: a small program needs no other. It is in the data, behind what else the start
// touches (linker.ld), and so needs no page table of its own.
extern char firstchunk[64 << 10];

// ---- mstats.c -----------------------------------------------------------------------

// The collector's, from cycle to cycle. Written in the stopped world; atomic.
typedef struct {
	uint64_t cycles, forced;
	uint64_t objects; // that the last one has reached; their bytes are heap_marked
	uint64_t heap;    // bytes of objects in use, as far as known: more at any time
	uint64_t goal;    // heap that makes the next one due
	uint64_t freed;   // bytes, by all of them
	int64_t stopped, longest; // ns that the world was stopped for
	int64_t last;     // when it ended
} Gcstats;

typedef struct {
	GO_MEMSTATS_FIELDS
	Gcstats gc;

	// Under mheap.lock, in bytes:
	uint64_t nlarge; // but this counts them
	uint64_t large_inuse;
	uint64_t stacks_inuse; // spans of small stacks
	uint64_t mspan_sys;    // for Mspans

	// Atomic:
	uint64_t other_sys; // the runtime's own structures, Mspans among them
} Mstats;

extern Mstats memstats;

// The collector's (reach/collect.c): GOGC, -1 for off; and the least heap that it is for.
extern int32_t gcpercent;
extern uint64_t heapminimum;
int32_t setGCPercent(int32_t in);

// Throws when what the heap's tables, spans and lists say does not fit together. Of Ps that
// run, the caches are not looked at.
void heapcheck(void);

// ---- stack.c ------------------------------------------------------------------------

enum {
	StackSegment = 64 << 20, // what a goroutine may use
	StackGuardArea = 64 << 10, // at least, below every stack: a touch faults, except in the
	                           // highest page
	StackBelow = 2 << 20,      // nothing further down is a stack's guard
};

void stackinit(void);
// A stack of n bytes, a power of two; from 32 KiB on guarded below. Runs on g0.
Stack stackalloc(uint32_t n);
// Gives it back: not the stack one runs on.
void stackfree(Stack stk);
// Where the guard below a segment ends: what is above may be read. Down to there code that does
// not check may have gone.
uintptr_t segmentbottom(Stack stk);
// A stack of n bytes, whole pages, for rt_cgocall, guarded below; it goes back to the system.
Stack cgostackalloc(uintptr_t n);
void cgostackfree(Stack stk);
// Gives what pp keeps to the others: it is going away.
void stackpurge(P *pp);
// Calls fn for each segment and system stack that waits to be used again.
void freestacks(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg);
struct rt_memstats;
// Counts the stacks that are segments.
void stackstats(struct rt_memstats *m);

// ---- cgo/dense.c --------------------------------------------------------------------

enum { DenseBelow = 16 << 10 }; // nothing further down is a dense stack's guard

// A stack of StackDense bytes. Runs on g0, without locks.
HIDDEN Stack densealloc(void);
// Takes it back, and gives its memory to the kernel.
HIDDEN void densefree(Stack stk);
// In the stopped world: calls fn for each of these stacks that waits to be used again.
HIDDEN void freedense(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg);
// Is there memory for the stack of one more goroutine?
HIDDEN bool stackroom(void);

// ---- mcache.c -----------------------------------------------------------------------

// Before anything is allocated, on the first M. Sets mcache0.
void mallocinit(void);
// A P's cache of free objects.
Mcache *allocmcache(void);
// Empties the cache of a P that is idle or no longer exists; it stays usable.
void freemcache(Mcache *c);
// Empties the cache that Ms without a P use.
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
