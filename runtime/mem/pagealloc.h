// pagealloc.h - which pages of the heap are free.
//
// Follows Go's mpagealloc.go: a bitmap in chunks of 512 pages, and above it a tree of
// summaries, eight children to a node, so that the lowest run of n free pages is found
// without a look at what is in use. All of it is zero at first, and means then that there
// are no pages at all: tables for a terabyte of heap cost what is touched of them. A small heap
// touches none of them: its tables are in the PageAlloc, on a page or two and not on one for
// each level.
//
// The caller's lock protects everything here.
#ifndef RT0_MEM_PAGEALLOC_H
#define RT0_MEM_PAGEALLOC_H

#include "runtime/base/types.h"

enum {
	ChunkPages = 512,
	ChunkWords = ChunkPages / 64,
	PageLevels = 7,  // 8^6 chunks below the root
	SmallChunks = 8, // a heap of as many has its tables in the PageAlloc
	NoPage = UINT32_MAX,
};

// The free runs of a range of pages: at its start, the longest, at its end.
typedef struct {
	uint32_t start, max, end;
} PageSum;

typedef struct {
	uint64_t free[ChunkWords]; // bit 1: free
	uint64_t zero[ChunkWords]; // bit 1: free, and the kernel has it: no memory, reads 0
} PageChunk;

typedef struct {
	PageChunk *chunks;
	PageSum *sums[PageLevels]; // [0]: a chunk each; the last has one
	uint32_t nchunks;          // there may be
	uint32_t end;              // pages so far: chunks up to there are in use

	uint32_t nfree; // free pages, those of the kernel too
	uint32_t nzero; // of them, the kernel's

	void *tables; // for more than SmallChunks; NULL: in use
	PageSum smallsums[PageLevels][SmallChunks];
	PageChunk smallchunks[SmallChunks];
} PageAlloc;

// Bytes of the tables for so many chunks; and of the summaries, with which they begin.
uintptr_t pagetables(uint32_t nchunks);
uintptr_t pagesums(uint32_t nchunks);
// tables is zeroed memory. It need not be memory before there are more than SmallChunks, nor the
// bitmaps behind the summaries before their chunks.
void pageinit(PageAlloc *a, void *tables, uint32_t nchunks);
// n more chunks at the end, all free and the kernel's. There may be so many.
void pagegrow(PageAlloc *a, uint32_t n);
// n more chunks at the end that have no pages: a hole.
void pageskip(PageAlloc *a, uint32_t n);
// The first of the lowest n free pages in a row, now in use; NoPage when there are none.
// *zero counts those that read as zero.
uint32_t pagealloc(PageAlloc *a, uint32_t n, uint32_t *zero);
// Takes a block of that many pages which begins at a multiple of its size: the first one behind the
// start of the lowest n free pages in a row. The size is a multiple of 64 and divides ChunkPages.
// NoPage unless all pages of the block are free and read as zero.
uint32_t pageallocblock(PageAlloc *a, uint32_t n, uint32_t block);
// Are n pages in a row free?
bool pagehasrun(const PageAlloc *a, uint32_t n);
void pagefree(PageAlloc *a, uint32_t page, uint32_t n, bool zero);
// Takes the highest run of free pages that have memory, at most a chunk, into use; *n is
// how many. NoPage when there are none.
uint32_t pagetakedirty(PageAlloc *a, uint32_t *n);
// For any number.
bool pageisfree(const PageAlloc *a, uintptr_t page);
// Throws when summaries and bitmaps disagree.
void pagecheck(const PageAlloc *a);

#endif
