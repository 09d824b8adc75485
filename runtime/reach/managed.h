// managed.h - objects that live while something reaches them: rt_gc_alloc and the collector.
//
// They are in spans of classes of their own, so that rt_malloc and rt_free have nothing to do
// with them, and rt_free of one is an error. A kind is a size class with pointers or without.
//
//	managed.c    allocation, from the P's current span of the kind; sweeping
//	collect.c    cycles: the world stops, the marker runs, spans are given out to be swept
//	finalizer.c  functions to be called when nothing reaches an object any more
//
// From a cycle on a span is, in this order:
//
//	unswept   on its kind's list. Its states say what the cycle has reached
//	swept     by the M that allocates, by bgsweep, or before the next cycle by that:
//	          free objects are Free, the others Busy. If all are free the span may go back
//	          to the heap
//	current   of a P, which alone changes the states, to Busy in ascending order
//	full      known to nobody until the next cycle finds it in the heap's table
//
// All lists are empty and no span is current when a cycle marks.
#ifndef RT0_REACH_MANAGED_H
#define RT0_REACH_MANAGED_H

#include "runtime/mem/mheap.h"
#include "runtime/reach/reach.h"

enum {
	NumKinds = 2 * NumSizeClasses, // those that hold pointers first
	DeadByte = 0xde,               // GODEBUG=clobberfree=1
};

// A P's, for each kind.
struct Current {
	Mspan *span; // nospace, if it has none
	uint32_t next; // objects before that are in use
};

// Of spans whose objects the last cycle has marked.
typedef struct {
	Mutex lock;

	// lock protects:
	Mspan *unswept, *partial; // through next; partial: swept, with free objects
} __attribute__((aligned(CacheLineSize))) Kind;

extern Kind kinds[NumKinds];
extern uint64_t heaplive; // bytes of objects in use, as far as known; atomic

ALWAYS_INLINE bool ismanaged(const Mspan *s)
{
	return s->class >= ManagedClass;
}

// ---- managed.c ------------------------------------------------------------------------

void managedinit(void);
// In the stopped world: sweeps what is unswept, and takes the Ps their spans.
void finishsweep(void);
// In the stopped world: s, which a cycle has marked, waits to be swept; a large object is swept at once.
// Returns the bytes that are in use. all: what has no mark is not.
uint64_t givetosweep(Mspan *s, bool all);
// Sweeps a span, if there is one to sweep. On g0.
bool sweepone(void);

// ---- collect.c ------------------------------------------------------------------------

enum Why { WhenDue, Forced, ByCall };

// Is it time for a cycle?
bool cycledue(void);
// Runs a cycle; WhenDue only if it is still time when the world has stopped.
void runcycle(enum Why why);
// Before the first allocation.
void collectinit(void);

// ---- finalizer.c ----------------------------------------------------------------------

// Marks what finalizers need, but not the objects that have them;
void markfinalizers(Marker *m);
// then, when all is marked, takes those of objects that nothing has reached, and marks these. Returns whether
// there are any to be called.
bool takefinalizers(Marker *m);
// Lets them be called.
void wakefinalizers(void);

#endif
