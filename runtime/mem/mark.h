// mark.h - which objects of the heap can be reached: conservative marking, in the stopped
// world, or of a collector's objects also beside the program.
//
// The caller begins (markbegin), gives what it knows to be in use (markrange, markword), lets the
// marker follow it (markdrain), asks what was found (marked, markedobjects), and ends with a
// walk over what was not reached (markend). From markbegin to markend the caller
// holds the heap (heaphold): threads without a P allocate and free even while the world is
// stopped.
//
// Each word that may be a pointer is one: to an object's beginning or anywhere into it, in its
// last byte, too. A pointer right behind the end of an object is one into the next.
#ifndef RT0_MEM_MARK_H
#define RT0_MEM_MARK_H

#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"

// Memory outside of objects that words may point into: stacks.
typedef struct {
	uintptr_t lo, hi; // [lo, hi)
	uint32_t owner;
} MarkRange;

// What a marker tells while it marks. These functions must not mark: they only note what the caller
// marks when markdrain has returned.
typedef struct {
	const MarkRange *range; // in order, without overlaps
	uint32_t nranges;
	void (*onrange)(void *arg, uint32_t owner);     // a word points into one; may come again
	void (*onwaited)(void *arg, uintptr_t object);  // is reached, and markwaited was called for it
	void *arg;
} MarkHooks;

// From here on nobody else allocates or frees; the world is stopped. Until heaprelease the
// caller takes no lock that comes before the heap's.
void heaphold(void);
void heaprelease(void);
// Does anybody have one of the locks that heaphold takes?
bool heapheld(void);

// Objects, and the bytes that they take up in the heap.
typedef struct {
	uint64_t n, bytes;
} MarkCount;

typedef struct Marker Marker;

// ---- mark.c -------------------------------------------------------------------------

// Begins. hooks stay the caller's, and are read until markend. NULL: no memory.
Marker *markbegin(const MarkHooks *hooks);
// Each word in [lo, hi) may point to something; the words at the ends are whole ones.
void markrange(Marker *m, uintptr_t lo, uintptr_t hi);
void markword(Marker *m, uintptr_t p);
// Marks what the object that begins at object leads to, but not itself.
void markinside(Marker *m, uintptr_t object);
// Follows all that was reached, and what that leads to.
void markdrain(Marker *m);
// Beside the program: in the stopped world, after markbegin. From now on only old objects are marked, a
// collector's that are there already, in spans that stay until markend. What leads to objects of rt_malloc's
// is noted. False: no memory.
bool markbeside(Marker *m);
// In the stopped world: reads what was noted, and what that leads to, but no old object.
void marknoted(Marker *m);
// From now on, what leads to new objects is noted, too: memory is going to be read again after which nobody
// looks for more writes than come after that.
void marknew(Marker *m);
// Follows what was reached, in old objects, while the program runs. False: *quit was set. Atomic.
bool markwhile(Marker *m, const bool *quit);
// The world is stopped again: from now on all is marked.
void markstill(Marker *m);
// Then: reads old objects in [lo, hi) that have a mark again, where they were written to;
void markagain(Marker *m, uintptr_t lo, uintptr_t hi);
// or all that have a mark, in markdrain.
void markallagain(Marker *m);
// Sets *from to where the next old objects are that may hold pointers, from there on; returns where they end.
// Nothing is left if that is *from.
uintptr_t nextold(uintptr_t *from);
// Returns where the marker's own memory is, which is no root.
Stack markermemory(const Marker *m);
// Returns what has been reached so far.
MarkCount markedobjects(const Marker *m);
// Returns where the object begins that p points into, or 0.
uintptr_t objectbase(Marker *m, uintptr_t p);
// Something waits for the object that begins at object: hooks->onwaited is called when that is
// reached.
// True: it has been.
bool markwaited(Marker *m, uintptr_t object);
// Has the object that begins at object been reached?
bool marked(Marker *m, uintptr_t object);
// Takes the marks off all objects of rt_malloc's, and calls unreached for each that had none, if
// that is not NULL: object i of s. Ends the marker.
void markend(Marker *m, void (*unreached)(void *arg, const Mspan *s, uint32_t i), void *arg);

// Where an object holds pointers: in word i if bit i % 64 of bits[i / 64] is set, for i below words, and
// so on in every further run of so many words.
typedef struct {
	uint64_t *bits; // those from words on are 0
	uint32_t words;
} MarkLayout;

// Objects of a class that is not rt_malloc's (a collector's), before markbegin: their size, or 0 if
// each has a span of its own, and where they hold pointers; NULL: in any word. The layout
// stays. markend leaves their marks alone.
void markclass(uint32_t class, uint32_t size, const MarkLayout *layout);
extern const MarkLayout nopointers;

#endif
