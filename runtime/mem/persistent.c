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

static void *mustalloc(uintptr_t n)
{
	void *p = sysAlloc(n);

	if (!p) {
		print("runtime: cannot allocate %lu bytes\n", n);
		throw("runtime: out of memory");
	}
	atomic_xadd(&memstats.other_sys, n);
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
		p = (uintptr_t)mustalloc(ChunkSize);
		persistent.end = p + ChunkSize;
	}
	persistent.next = p + size;
	unlock(&persistent.lock);
	return (void *)p;
}
