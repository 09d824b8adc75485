// leaks.h - a search for leaks, from leaks.c to what reports it.
#ifndef RT0_REACH_LEAKS_H
#define RT0_REACH_LEAKS_H

#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/reach/reach.h"

// A goroutine, by its index in allgs, waits for what is at key: an object's beginning, or an address
// on a stack.
typedef struct {
	uintptr_t key;
	uint32_t g;
} Waiter;

// Objects that nothing leads to: those of one size, in debug builds also of one place in the program.
typedef struct {
	uint64_t hash; // 0: not in use
	uint64_t size;
	MarkCount count;
	Site site;
} LostKind;

enum { LostKinds = 1 << 10 }; // a power of two

// What a goroutine is.
enum { GDead, GWaits, GAlive, GLeaked };

typedef struct {
	Marker *m;
	G **gs; // allgs
	uint32_t n;
	uint8_t *is;
	uint32_t *pending; // to be read; a goroutine comes here once
	uint32_t npending;
	Waiter *waiters; // by key
	uint32_t nwaiters;
	MarkRange *ranges; // the stacks of goroutines that wait
	uint32_t nranges;
	LostKind *lost; // a table by hash, almost full at most; the rest is in one entry
	uint32_t nlost;
	uintptr_t bytes; // of all these
	bool done, partial; // partial: not all memory that may hold pointers was read
	rt_leak_counts counts;

	// The report, if it is wanted.
	bool wanted;
	Printbuf text;
} Search;

// ---- leaks.c ------------------------------------------------------------------------

void __rt0_leaksdying(void); // Leakfinder's dying

// ---- leakreport.c -------------------------------------------------------------------

// Counts object i of the span, which nothing leads to.
void countlost(void *arg, const Mspan *span, uint32_t i); // arg: the Search
// In the stopped world: makes the report. The caller frees s->text.
void reportleaks(Search *s);

// ---- overwrite.c --------------------------------------------------------------------

void overwritelost(const Mspan *span, uint32_t i);
void __rt0_overwritelost(void);
void __rt0_overwritten(uint64_t n[2]);

#endif
