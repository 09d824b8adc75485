// race.h - what the files of the race detector share.
//
// All of it belongs to the M with the P: of what functions of rt_cgocall's access without one
// nothing is noted.
#ifndef RT0_REPLAY_RACE_H
#define RT0_REPLAY_RACE_H

#include "runtime/base/race.h"
#include "runtime/runtime.h"

// ---- clock.c ------------------------------------------------------------------------

typedef struct Clock Clock; // NULL: all zeros

uint32_t clockat(const Clock *c, uint32_t slot);
Clock *clockset(Clock *c, uint32_t slot, uint32_t epoch); // takes the place of c
Clock *clockjoin(Clock *a, Clock *b);                     // a new reference
Clock *clockshare(Clock *c);
void clockdrop(Clock *c);

// ---- racer.c: goroutines ------------------------------------------------------------

// A goroutine that runs. A slot is given to another one only if that one comes after the end of the
// first: so the accesses of a slot are in order, by epochs, which count releases.
struct Racer {
	Clock *clock;   // what it knows; of its own slot perhaps too little
	uint32_t slot, epoch;
	uint32_t first; // its first epoch
	uint32_t calls; // the functions that it is in: a Call
	uint32_t life;
	bool used;      // it has made an access in this epoch
	Clock *fence;   // what it knew at its last release fence
	Clock *seen;    // what relaxed loads may have shown, for an acquire fence
	Racer *next;    // on the free list
};

// All that is kept of a goroutine when it has ended.
typedef struct {
	uint64_t goid, parent;
	uint32_t before; // of this slot, or 0
	uint32_t first;  // epoch
	uint32_t made;   // the Call in which it was
	bool ended;
	uintptr_t gopc;
} Life;

Racer *racerof(G *gp);
bool sweepseen(uint32_t slot, uint32_t sweep, bool write, uint8_t mask);
Racer *racer(void); // of the code that runs; of no goroutine's: one that makes no accesses
Life *lifeof(uint32_t slot, uint32_t epoch);
void racertick(Racer *r); // what it does next is not in what was released

// ---- calls.c ------------------------------------------------------------------------

// A function that was called from pc, in those of outer. Equal ones are one.
typedef struct {
	uint32_t outer, pc; // pc: less __text_start
	uint32_t next;      // with this hash
	uint32_t last;      // the inner one that was asked for last
} Call;

uint32_t callfrom(uint32_t outer, uintptr_t returns);
const Call *callat(uint32_t i);
void raceenter(uintptr_t pc); // the code that runs calls a function; it returns to pc
void raceleave(void);

// ---- race.c: accesses ---------------------------------------------------------------

// AccessUse: of an object of rt.h's, is a read.
enum { AccessWrite = 1, AccessAtomic = 2, AccessFree = 4, AccessKinds = 7, AccessUse = 8 };

// An access of some of the 8 bytes of a granule.
typedef struct {
	uint32_t slot, epoch;
	uint32_t calls, pc; // pc: less __text_start
	uint32_t next;
	uint8_t mask, kind;
	uint16_t credit; // of the first in a list: so many more before it is swept
} Cell;

// What is known of 8 bytes: lists of Cells, and of Syncs.
typedef struct {
	uint32_t writes, reads, atomics, syncs;
} Granule;

enum { RaceFds = 1024 }; // that are watched
extern char racefds[RaceFds];
void raceaccess(uintptr_t p, uintptr_t n, uint32_t kind, uintptr_t pc);
Granule *granuleof(uintptr_t p, bool make);

// ---- sync.c: order ------------------------------------------------------------------

void syncclear(Granule *g);
bool syncignored(uintptr_t p);
// An atomic access is made, with this order of the compiler's.
void raceload(const volatile void *p, int order);
void racestore(const volatile void *p, int order);
void raceupdate(const volatile void *p, int order); // reads and writes
void racefence(int order);

// ---- racereport.c -------------------------------------------------------------------

// Two accesses of which neither comes before the other; now is the later one.
void racefound(uintptr_t p, const Cell *old, const Cell *now);

// ---- pools --------------------------------------------------------------------------

// Numbered from 1, all zero at first.
enum { PoolChunk = 1 << 14, PoolChunks = 1 << 14 };
typedef struct {
	char *chunk[PoolChunks];
	uint32_t n;
} Pool;

ALWAYS_INLINE void *poolat(const Pool *p, uint32_t i, uintptr_t size)
{
	return p->chunk[i / PoolChunk] + i % PoolChunk * size;
}

uint32_t pooladd(Pool *p, uintptr_t size);

#endif
