// mheap.h - the heap's address space: an arena of chunks, and who uses each of them.
//
// A chunk holds small objects of one class, or it belongs to a large object or to a free
// run of chunks. What there is to know about it is in its Chunk, outside of the arena,
// where a program that writes past its objects does not reach it.
//
//	chunk i: [base + i*ChunkSize, base + (i+1)*ChunkSize), 1 <= i <= nchunks
//	chunks[0] and chunks[nchunks+1] stay ChunkNone, so every run has two neighbours
#ifndef RT0_MEM_MHEAP_H
#define RT0_MEM_MHEAP_H

#include "runtime/lock/lock.h"
#include "runtime/mem/sizeclass.h"

enum {
	ChunkShift = 16,
	ChunkSize = 1 << ChunkShift,
	NumRunLists = 25, // by log2 of the length; the arena has at most 2^24 chunks
};

enum {
	ChunkNone,  // inside a run
	ChunkSmall, // small objects; it stays so for ever
	ChunkLarge, // first of a large object
	ChunkFree,  // first or last of a free run
	ChunkFreed, // inside a free run; a large object or a free run began or ended here
};

enum { ObjectNone, ObjectFree, ObjectBusy };

typedef struct {
	union {
		uint8_t *state; // ChunkSmall: Object... for each object
		struct {
			uint32_t next, prev; // ChunkFree: on mheap.runs
		};
	};
	union {
		uint32_t recip; // ChunkSmall: sizerecip(size)
		uint32_t n;     // ChunkLarge, ChunkFree: chunks in the run
	};
	uint16_t size; // ChunkSmall: of an object
	uint8_t class; // ChunkSmall
	uint8_t kind;
} Chunk;

// A free object of a size class. Its other bytes are whatever they were.
typedef struct Object Object;
struct Object {
	Object *next;
};

// The objects of one size class that no cache holds.
typedef struct {
	Mutex lock;

	// lock protects:
	Object *free;        // given back by caches
	uintptr_t next, end; // what is not yet cut into objects of the newest chunk
} __attribute__((aligned(CacheLineSize))) Mcentral;

// The locks have one rank: they nest in the order of their addresses.
typedef struct {
	// Set by mheapinit.
	uintptr_t base;
	uintptr_t nchunks;
	Chunk *chunks;

	Mutex sharedLock; // protects malloc.c's sharedcache
	Mcentral central[NumSizeClasses];
	Mutex lock;

	// lock protects, with what chunks[] says about runs:
	uint32_t runs[NumRunLists]; // free runs; the first chunk's index, 0 if none
} Mheap;

extern Mheap mheap;

// ---- mheap.c ------------------------------------------------------------------------

void mheapinit(void);
// The first chunk of a run of n chunks, whose kind the caller sets; NULL when there is
// none. Large objects' runs are all zero.
Chunk *runalloc(uintptr_t n) HOLDS(mheap.lock);
void runfree(Chunk *k, uint32_t n) HOLDS(mheap.lock);

// p's chunk. Any address outside of the arena gives chunk 0, which is ChunkNone.
ALWAYS_INLINE Chunk *chunkof(uintptr_t p)
{
	uintptr_t i = (p - mheap.base) >> ChunkShift;

	return &mheap.chunks[likely(i <= mheap.nchunks) ? i : 0];
}

ALWAYS_INLINE uintptr_t chunkaddr(Chunk *k)
{
	return mheap.base + ((uintptr_t)(k - mheap.chunks) << ChunkShift);
}

#endif
