// mcache.c - each P's free objects, by class.
//
// Only the M that owns the P uses its cache, without a lock. Freed objects go to the cache
// of the P that frees them, wherever they came from; what is too much goes back to the
// spans half a cache at a time, and what lacks comes from there. A cache owns the span that
// it takes new objects from, so that Ps do not share cache lines more than they have to.
//
//	n <= max, but for max == 0: then all goes the long way (GODEBUG=clobberfree=1)
//	slot[0..n) are ObjectCached
//
// Follows Go's mcache.go (allocmcache, refill, releaseAll).
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"

enum {
	CacheBytes = 64 << 10, // a cache's share of a class, about
	CacheMin = Stress ? 2 : 8,
	CacheMax = Stress ? 4 : 128,
};

Mcache *mcache0;

// For Ms without a P. mheap.sharedLock protects it.
static Mcache sharedcache;

STEP void mallocinit(void)
{
	mheapinit();
	mcache0 = allocmcache();
}

Mcache *allocmcache(void)
{
	return persistentalloc(sizeof(Mcache), CacheLineSize);
}

// How many objects of a class a cache may have.
static uint32_t cachelimit(uint32_t class)
{
	uint32_t n = CacheBytes / classsize(class);

	return max(CacheMin, min(CacheMax, n));
}

static void firstuse(Cachelist *l, uint32_t class)
{
	uint32_t n = cachelimit(class);

	l->slot = persistentalloc(n * sizeof *l->slot, PtrSize);
	if (!debug.clobberfree)
		l->max = n;
}

// Gives the objects that are longest in the list back, until keep remain.
static void shrink(Cachelist *l, uint32_t class, uint32_t keep)
{
	uint32_t n = l->n - keep;

	centralgive(class, l->slot, n);
	__builtin_memmove(l->slot, l->slot + n, keep * sizeof *l->slot);
	l->n = keep;
}

void freemcache(Mcache *c)
{
	for (uint32_t class = 0; class < NumSizeClasses; class++) {
		Cachelist *l = &c->class[class];

		if (l->n > 0)
			shrink(l, class, 0);
		if (l->span)
			centraldisown(class, l->span);
		l->span = NULL;
	}
}

void freesharedcache(void)
{
	lock(&mheap.sharedLock);
	freemcache(&sharedcache);
	unlock(&mheap.sharedLock);
}

void cacherefill(Mcache *c, uint32_t class)
{
	Cachelist *l = &c->class[class];
	uint32_t want = cachelimit(class) / 2, n;

	must(l->n == 0);
	if (!l->slot)
		firstuse(l, class);
	n = centraltake(class, &l->span, l->slot, want);
	if (unlikely(n == 0)) {
		freemcache(c); // perhaps that frees a span
		n = centraltake(class, &l->span, l->slot, want);
		if (n == 0)
			throw("runtime: out of memory");
	}
	// In turn: they are used from the end.
	for (uint32_t i = 0; i < n / 2; i++) {
		Slot t = l->slot[i];

		l->slot[i] = l->slot[n - 1 - i];
		l->slot[n - 1 - i] = t;
	}
	l->n = n;
}

void cachemakeroom(Mcache *c, uint32_t class)
{
	Cachelist *l = &c->class[class];
	uint32_t limit = cachelimit(class);

	if (!l->slot)
		firstuse(l, class);
	if (l->n >= limit)
		shrink(l, class, limit / 2);
}

UNCHECKED_LOCKS Mcache *getcache(M *mp)
{
	Mcache *c = mp->p ? mp->p->mcache : mcache0;

	if (!c) {
		lock(&mheap.sharedLock);
		c = &sharedcache;
	}
	return c;
}

UNCHECKED_LOCKS void putcache(Mcache *c)
{
	if (c == &sharedcache)
		unlock(&mheap.sharedLock);
}
