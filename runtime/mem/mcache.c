// mcache.c - each P's free objects, by class.
//
// Only the M that owns the P uses its cache, without a lock. Freed objects go to the cache
// of the P that frees them, wherever they came from. A full cache returns half of its
// objects to the spans. An empty one takes objects from spans whose home it is, as long as
// it has such, so that Ps share as few cache lines as possible.
//
//	slot[0].p == 0    slot < ... <= top, and next, are ObjectCached
//	top == slot: none but next    top >= end: full, for the common case of rt_free
//
// Follows Go's mcache.go (allocmcache, refill, releaseAll).
//
// built: unchecked
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"

enum {
	CacheBytes = 64 << 10, // a cache's share of a class, about
	CacheMin = Stress ? 2 : 8,
	CacheMax = Stress ? 4 : 128,
};

Mcache *mcache0;
Mcache *allcaches;

// The cache of Ms without a P. mheap.sharedLock protects it. It is set up when it is first used.
Mcache sharedcache LATEBSS;

// The cache without objects and without room: its lists stay empty and full, so that the
// common cases of rt_malloc and rt_free do not use it. It has no more than those. A P has it until
// it allocates or frees something: most Ps of many never do.
static Freelist emptyfull[NumSizeClasses + 1];
Mcache *const nocache = (Mcache *)emptyfull;
DEFINECACHE((Mcache *)emptyfull)

static uint8_t nostate = ObjectNone;
static Slot none = { 0, &nostate }; // no object, and a list without room

static void listsinit(Freelist *list)
{
	for (uint32_t class = 0; class <= NumSizeClasses; class++)
		list[class] = (Freelist){ none, &none, &none };
}

STEP void mallocinit(void)
{
	mheapinit();
	listsinit(emptyfull);
	INITCACHE(&m0);
	mcache0 = allocmcache();
}

Mcache *allocmcache(void)
{
	Mcache *c = persistentalloc(sizeof *c, CacheLineSize);

	listsinit(c->list);
	c->alllink = atomic_load_relaxed(&allcaches);
	while (!atomic_cas_or_load(&allcaches, &c->alllink, c)) // publishes c; pairs with checkclass
		;
	return c;
}

// Returns how many objects of a class a cache may have besides next.
static uint32_t cachelimit(uint32_t class)
{
	uint32_t n = CacheBytes / classsize(class);

	return max(CacheMin, min(CacheMax, n));
}

// Returns the list's slots: as many as it may have, and one below the first. Allocates them
// when they are first needed, without a neighbour in their cache lines, which might be
// another P's.
static Slot *slots(Mcache *c, uint32_t class)
{
	uint32_t n = cachelimit(class);
	Freelist *l = &c->list[class];
	Slot *t = c->slot[class];

	if (!t) {
		t = persistentalloc((n + 1) * sizeof *t, CacheLineSize);
		t[0] = none;
		l->top = t;
		l->end = debug.clobberfree ? t : t + n;
		atomic_store_release(&c->slot[class], t); // for cachecount
	}
	return t;
}

uint32_t cachecount(Mcache *c, uint32_t class)
{
	Slot *slot;
	Freelist *l = &c->list[class];

	if (c == nocache)
		return 0;
	slot = atomic_load_acquire(&c->slot[class]); // of slots(): top is in it then
	if (!slot)
		return 0;
	return (uint32_t)(atomic_load_relaxed(&l->top) - slot) +
	       (atomic_load_relaxed(&l->next.p) != 0);
}

// Returns the n objects that are longest in the list to their spans.
static void shrink(Mcache *c, uint32_t class, uint32_t n)
{
	Slot *t = c->slot[class];
	uint32_t keep = (uint32_t)(c->list[class].top - t) - n;

	centralgive(class, t + 1, n);
	__builtin_memmove(t + 1, t + 1 + n, keep * sizeof *t);
	c->list[class].top = t + keep;
}

void freemcache(Mcache *c)
{
	if (c == nocache)
		return;
	for (uint32_t class = 0; class < NumSizeClasses; class++) {
		Freelist *l = &c->list[class];

		if (!c->slot[class])
			continue;
		shrink(c, class, (uint32_t)(l->top - c->slot[class]));
		centralgive(class, &l->next, l->next.p != 0);
		l->next = none;
		centraldisown(c, class);
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
	uint32_t want = cachelimit(class) / 2, n;
	Slot *t = slots(c, class);

	must(c->list[class].top == t);
	n = centraltake(c, class, t + 1, want);
	if (unlikely(n == 0)) {
		if (c->list[class].next.p)
			return;
		freemcache(c); // perhaps that frees a span
		n = centraltake(c, class, t + 1, want);
		if (n == 0)
			throw("runtime: out of memory");
	}
	c->list[class].top = t + n;
	// In turn: they are used from the end.
	for (uint32_t i = 1; i <= n / 2; i++) {
		Slot o = t[i];

		t[i] = t[n + 1 - i];
		t[n + 1 - i] = o;
	}
}

void cachemakeroom(Mcache *c, uint32_t class)
{
	Slot *t = slots(c, class);
	uint32_t limit = cachelimit(class);

	if (c->list[class].top == t + limit)
		shrink(c, class, limit / 2);
}

UNCHECKED_LOCKS Mcache *getcache(void)
{
	Mcache *c = curcache;

	if (c == nocache) {
		P *pp = getg()->m->p;

		// With a P that has a cache, this was a request that its goroutine yield (preemptone).
		if (pp && pp->mcache == nocache)
			atomic_store_release(&pp->mcache, allocmcache()); // pairs with cached()
		c = pp && pp->mcache ? pp->mcache : mcache0;
		if (pp && pp->mcache)
			curcache = c;
	}
	if (!c) {
		lock(&mheap.sharedLock);
		c = &sharedcache;
		if (!c->list[0].top)
			listsinit(c->list);
	}
	return c;
}

UNCHECKED_LOCKS void putcache(Mcache *c)
{
	if (c == &sharedcache)
		unlock(&mheap.sharedLock);
}

// Without a P, so not on a goroutine's small stack.
static NOINLINE void makesharedbusy(uint8_t *state)
{
	lock(&mheap.sharedLock);
	atomic_store_release(state, ObjectBusy); // pairs with checkslot
	unlock(&mheap.sharedLock);
}

void makebusy(uint8_t *state)
{
	if (likely(getg()->m->p != NULL))
		atomic_store_release(state, ObjectBusy); // pairs with checkslot
	else
		makesharedbusy(state);
}
