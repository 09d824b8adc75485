// managed.h - objects that live while something reaches them: rt_gc_alloc and the collector.
//
// They are in spans of classes of their own, so that rt_malloc and rt_free have nothing to do
// with them, and rt_free of one is an error. A kind is a size class with pointers or without, or with
// a layout that says where they are.
//
//	layout.c     kinds of objects that say where they hold pointers
//	managed.c    allocation, from the P's current span of the kind; sweeping
//	collect.c    cycles: the world stops, the marker runs, spans are given out to be swept
//	beside.c     the marker runs while the program does
//	dirty.c      where the program writes then
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

#include "include/rt.h"
#include "runtime/mem/mheap.h"
#include "runtime/reach/reach.h"

enum {
	// Of objects that hold pointers anywhere, for each class, to LargeClass; then of those that
	// hold none. All others have a layout.
	NumKinds = 2 * (NumSizeClasses + 1),
	MaxKinds = NumKinds + NumClasses - TypedClass,
	DeadByte = 0xde, // GODEBUG=clobberfree=1
};
#define NoKind UINT32_MAX

// What a P takes objects of a kind from.
typedef struct {
	Mspan *span; // nospace, if it has none
	uint32_t next; // objects before that are in use
} Current;

// A P's, for the first n kinds, NumKinds at least.
struct Currents {
	uint32_t n;
	Current of[];
};

// Of spans whose objects the last cycle has marked.
typedef struct {
	Mutex lock;

	// lock protects:
	Mspan *unswept, *partial; // through next; partial: swept, with free objects

	// Set when it is made:
	uint32_t sizeclass, size; // of the objects; LargeClass, 0: each has a span of its own
	uint16_t class;           // of their spans
	const MarkLayout *layout;
} __attribute__((aligned(CacheLineSize))) Kind;

extern Kind *kinds;
extern uint32_t nkinds; // atomic

ALWAYS_INLINE uint32_t kindofclass(uint32_t sizeclass, bool noscan)
{
	return (noscan ? NumSizeClasses + 1 : 0) + sizeclass;
}

ALWAYS_INLINE bool ismanaged(const Mspan *s)
{
	return s->class >= ManagedClass;
}

// ---- managed.c ------------------------------------------------------------------------

void managedinit(void);
// One more kind. Under layout.c's lock, or while there is nobody else.
void addkind(uint32_t sizeclass, uint32_t class, const MarkLayout *layout);
// In the stopped world: sweeps what is unswept, and takes the Ps their spans.
void finishsweep(void);
// In the stopped world: s, which a cycle has marked, waits to be swept; a large object is swept at once.
// Adds up what is in use. all: what has no mark is not.
void givetosweep(Mspan *s, bool all, MarkCount *reached);
// In the stopped world: takes all marks off.
void forgetmarks(void);
// Sweeps a span, if there is one to sweep. On g0.
bool sweepone(void);

// ---- layout.c -------------------------------------------------------------------------

// Returns the kind of objects of the class, or LargeClass, with that layout, if that was asked for before;
// NoKind, if not.
uint32_t knownkind(const rt_layout *t, uint32_t sizeclass);
// Returns it in any case. On g0.
uint32_t kindoflayout(const rt_layout *t, uint32_t sizeclass);

// ---- collect.c ------------------------------------------------------------------------

enum Why { WhenDue, Forced, ByCall };

// Is it time for a cycle?
bool cycledue(void);
// Runs a cycle; WhenDue only if it is still time when the world has stopped.
void runcycle(enum Why why);
// Before the first allocation.
void collectinit(void);
// Marks what roots and goroutines lead to. maps: also what a C library has from the kernel. False: not all could
// be read.
bool markfromroots(Marker *m, bool maps);
// The marker beside the program has nothing left to do.
void besidedone(void);

// ---- beside.c -------------------------------------------------------------------------

// Not: no cycle has begun. Else the thread marks, or has done so.
enum { BesideNot, BesideMarks, BesideDone };

uint32_t besidephase(void);
// Is it worth while to stop the world twice for a cycle that would stop it for so many ns?
bool besideworthwhile(int64_t took);
// Before that: makes the thread.
void besidethread(void);
// In the first stop. False: not possible.
bool beginbeside(void);
// In the last stop: waits for the thread, and returns the marker;
Marker *endbeside(void);
// reads what was written to again, with the heap held;
void readlast(void);
// when all is marked, returns how long the thread took.
int64_t besidetook(void);
// A cycle stops the world once.
void besideskip(void);
// In the stopped world: if a cycle has begun, it has not.
void abandonbeside(void);
// In a process that dies: takes all marks off, also those in spans that wait to be swept. False: the thread
// still marks.
bool besidedying(void);
// Was forcegc woken for a last stop? True once.
bool besideended(void);

// ---- dirty.c --------------------------------------------------------------------------

// In the stopped world: does the kernel do all that?
bool trydirty(void);
// What trydirty has found; both false if it was not called yet.
bool dirtyworks(void);
bool dirtyfails(void);
// In the first stop, when old objects are known: protects their pages. False: not possible.
bool protectold(void);
// Reads them again where they were written to, and returns how many pages that was; negative: nobody
// knows. quit: while the program runs; then they are protected again, and more may be found
// until *quit is set.
int64_t readwritten(Marker *m, const bool *quit);

// ---- finalizer.c ----------------------------------------------------------------------

// Marks what finalizers need, but not the objects that have them;
void markfinalizers(Marker *m);
// then, when all is marked, takes those of objects that nothing has reached, and marks these. Returns whether
// there are any to be called.
bool takefinalizers(Marker *m);
// Lets them be called.
void wakefinalizers(void);

#endif
