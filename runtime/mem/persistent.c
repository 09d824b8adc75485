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

Persistent *persistentlist;

// Returns n bytes from the kernel, with their record behind them.
static void *mustalloc(uintptr_t n)
{
	uintptr_t all = alignup(n, sizeof(uintptr_t)) + sizeof(Persistent);
	void *p = sysAlloc(all);
	Persistent *record = (Persistent *)((uintptr_t)p + all) - 1;

	if (!p) {
		print("runtime: cannot allocate %lu bytes\n", n);
		throw("runtime: out of memory");
	}
	record->base = (uintptr_t)p;
	record->next = atomic_load_relaxed(&persistentlist);
	while (!atomic_cas_or_load(&persistentlist, &record->next, record))
		; // nothing is ever taken off the list
	atomic_xadd(&memstats.other_sys, all);
	return p;
}

void *persistentalloc(uintptr_t size, uintptr_t align)
{
	uintptr_t p;

	if (size >= MaxPiece)
		return mustalloc(size);
	lock(&persistent.lock);
	p = alignup(persistent.next, align);
	if (p + size > persistent.end || persistent.next == 0) {
		p = (uintptr_t)mustalloc(ChunkSize - sizeof(Persistent));
		persistent.end = p + ChunkSize - sizeof(Persistent);
	}
	persistent.next = p + size;
	unlock(&persistent.lock);
	return (void *)p;
}
