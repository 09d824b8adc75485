// persistent.c - memory that is never freed, for the runtime's own structures.
//
// Follows Go's malloc.go (persistentalloc): small pieces are cut from chunks, in order.
//
// built: unchecked
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"

enum { ChunkSize = 256 << 10, MaxPiece = 64 << 10 };

static struct {
	Mutex lock;
	uintptr_t next, end; // what is left of the chunk
} persistent = { .lock.rank = RANKED(RankPersistent) };

char firstchunk[sizeof firstchunk] __attribute__((section(".bss..first"), aligned(CacheLineSize)));

Persistent *persistentlist;

// Returns n bytes from the kernel, with room for their record at this offset.
static uintptr_t mustalloc(uintptr_t n, uintptr_t offset)
{
	uintptr_t p = (uintptr_t)sysAlloc(n);
	Persistent *record = (Persistent *)(p + offset);

	if (!p) {
		print("runtime: cannot allocate %lu bytes\n", n);
		throw("runtime: out of memory");
	}
	record->base = p;
	record->end = p + n;
	record->next = atomic_load_relaxed(&persistentlist);
	while (!atomic_cas_or_load(&persistentlist, &record->next, record))
		; // nothing is ever taken off the list
	atomic_xadd(&memstats.other_sys, n);
	return p;
}

void *persistentalloc(uintptr_t size, uintptr_t align)
{
	uintptr_t p;

	if (size >= MaxPiece) { // aligned as a page
		size = alignup(size, sizeof(uintptr_t));
		return (void *)mustalloc(size + sizeof(Persistent), size);
	}
	lock(&persistent.lock);
	// Not where there is a leak detector, to which all data are roots: these lead to all that waits.
	if (!Hosted && persistent.next == 0) {
		persistent.next = (uintptr_t)firstchunk;
		persistent.end = persistent.next + sizeof firstchunk;
		atomic_xadd(&memstats.other_sys, sizeof firstchunk);
	}
	p = alignup(persistent.next, align);
	if (p + size > persistent.end) {
		// In front, in the page that is used first.
		p = mustalloc(ChunkSize, 0);
		persistent.end = p + ChunkSize;
		p = alignup(p + sizeof(Persistent), align);
	}
	persistent.next = p + size;
	unlock(&persistent.lock);
	return (void *)p;
}
