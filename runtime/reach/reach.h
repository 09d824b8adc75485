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
bool waitsonobject(uint32_t reason);
// Marks what gp leads to, beside its stacks: its registers, and what it has in the runtime.
void markcontext(Marker *m, const G *gp);

// ---- roots.c ------------------------------------------------------------------------

// Marks what can be reached without a goroutine: data, thread-local data, timers, memory that the
// program has named. If own is not NULL, also what the program has from the kernel by itself, except
// own, which is the caller's. False: that cannot be read.
bool markroots(Marker *m, const Stack *own);

// ---- maps.c -------------------------------------------------------------------------

// Reads memory that perhaps is not there.
typedef struct Reader Reader;
Reader *openreader(Marker *m); // NULL: no memory
// Marks the words in [lo, hi) on pages that have ever been touched.
void marktouched(Reader *r, uintptr_t lo, uintptr_t hi);
// Marks what the program has from the kernel by itself, except own. False: the list cannot be read.
bool markmaps(Reader *r, Stack own);
void closereader(Reader *r);

// ---- records.c ----------------------------------------------------------------------

// Sorts n records of size bytes, whole words, at at by their first word.
void sortrecords(void *at, uint32_t size, uint32_t n);
// What has objects of its own in the heap takes part in a search for leaks: NULL where the program
// has no such objects.
typedef struct {
	void (*before)(void);       // in the stopped world
	void (*roots)(Marker *m);
	// All else is marked. all: whatever has no mark is not in use.
	void (*unreached)(Marker *m, bool all);
	void (*after)(bool all); // in the stopped world: its objects have their marks still
	void (*started)(void);   // the world runs
	bool (*dying)(void);     // before a search in a process that dies: takes all marks off. False: cannot
} Collected;

extern const Collected *collected;

#endif
