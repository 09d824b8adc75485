// mheap.c - the arena, and the runs of free chunks in it.
//
// Free runs are on lists by the log2 of their length, linked by index. A run's length is
// in its first and in its last chunk, so that a neighbour finds it from either side.
//
//	no two free runs are adjacent
//	all bytes of a free run are zero: fresh from the kernel, or given back to it
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

enum { MinArena = 1 << 20 };
static const uintptr_t maxArena = (uintptr_t)1 << (ChunkShift + NumRunLists - 1);

Mheap mheap;

static uint32_t runlist(uintptr_t n)
{
	return 63 - (uint32_t)__builtin_clzl(n);
}

static void link(Chunk *k, uint32_t n) HOLDS(mheap.lock)
{
	uint32_t i = (uint32_t)(k - mheap.chunks);
	uint32_t *list = &mheap.runs[runlist(n)];

	must(k[-1].kind != ChunkFree && k[n].kind != ChunkFree);
	k[n - 1].n = n;
	k[n - 1].kind = ChunkFree;
	k->n = n;
	k->kind = ChunkFree;
	k->prev = 0;
	k->next = *list;
	if (k->next)
		mheap.chunks[k->next].prev = i;
	*list = i;
}

// Both ends forget that they were free: whoever comes next to them must not join a run
// that is in use.
static void unlink(Chunk *k) HOLDS(mheap.lock)
{
	uint32_t next = k->next, prev = k->prev;

	if (next)
		mheap.chunks[next].prev = prev;
	if (prev)
		mheap.chunks[prev].next = next;
	else
		mheap.runs[runlist(k->n)] = next;
	k[k->n - 1].kind = ChunkFreed;
	k->kind = ChunkFreed;
}

static Chunk *take(Chunk *k, uint32_t n) HOLDS(mheap.lock)
{
	uint32_t rest = k->n - n;

	unlink(k);
	// Only where something is: most of a large run's table was never touched.
	for (uint32_t i = 1; i < n; i++) {
		if (k[i].kind != ChunkNone)
			k[i].kind = ChunkNone;
	}
	if (rest > 0)
		link(k + n, rest);
	return k;
}

// First fit in the list of n's own log2; in those above it any run fits.
Chunk *runalloc(uintptr_t n)
{
	if (n > mheap.nchunks)
		return NULL;
	for (uint32_t b = runlist(n); b < NumRunLists; b++) {
		for (uint32_t i = mheap.runs[b]; i; i = mheap.chunks[i].next) {
			if (mheap.chunks[i].n >= n)
				return take(&mheap.chunks[i], (uint32_t)n);
		}
	}
	return NULL;
}

void runfree(Chunk *k, uint32_t n)
{
	if (k[n].kind == ChunkFree) {
		Chunk *after = k + n;

		n += after->n;
		unlink(after);
	}
	if (k[-1].kind == ChunkFree) {
		Chunk *before = k - k[-1].n;

		n += before->n;
		unlink(before);
		k = before;
	}
	link(k, n);
}

// The arena with an unused chunk before it, room to align it, and its Chunks behind it.
static uintptr_t footprint(uintptr_t arena)
{
	return arena + 2 * ChunkSize + (arena / ChunkSize + 2) * sizeof(Chunk);
}

// Takes as much address space as a limit (ulimit -v) allows. Then goroutines' stacks have
// to live under that limit, too: they get what is left, at least half of it all.
static uintptr_t reserve(uintptr_t *arena)
{
	uintptr_t n = maxArena;
	void *p = sysReserve(footprint(n));

	while (!p && n >= MinArena) {
		n /= 2;
		p = sysReserve(footprint(n));
	}
	if (p && n < maxArena && n > MinArena) {
		sysFree(p, footprint(n));
		n /= 2;
		p = sysReserve(footprint(n));
	}
	if (!p)
		throw("runtime: cannot reserve arena virtual address space");
	*arena = n;
	return (uintptr_t)p;
}

void mheapinit(void)
{
	uintptr_t arena;
	uintptr_t p = reserve(&arena);

	lockInit(&mheap.sharedLock, RankHeap);
	lockInit(&mheap.lock, RankHeap);
	for (uint32_t c = 0; c < NumSizeClasses; c++)
		lockInit(&mheap.central[c].lock, RankHeap);
	mheap.base = alignup(p, (uintptr_t)ChunkSize);
	mheap.nchunks = arena / ChunkSize;
	mheap.chunks = (Chunk *)(mheap.base + ChunkSize + arena);
	lock(&mheap.lock);
	link(&mheap.chunks[1], (uint32_t)mheap.nchunks);
	unlock(&mheap.lock);
}
