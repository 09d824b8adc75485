// mcentral.c - the spans of each size class, between the heap and the caches.
//
// A span in use is on one list:
//
//	full: nfree == 0, or owned by a cache, which takes objects from it
//	partial, of the cache that is its home: the others that are not three quarters free
//	partial, of the central: the others
//
// A span whose objects are all free goes back to the heap, unless a cache owns it. The M that
// frees the last object returns the span, whatever cache had it. It does not depend on a later
// allocation, so no span is left behind.
//
// Follows Go's mcentral.go (cacheSpan, uncacheSpan).
//
// built: unchecked
#include "runtime/base/valgrind.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"

static Mspan *newsmall(uint32_t class)
{
	uint32_t size = classsize(class), npages = spanpages(size);
	Mspan *s = spanalloc(class, npages, size, (npages << PageShift) / size);

	for (uint32_t i = 0; Debug && s && i < s->nelems; i++)
		poison(s, i);
	if (s)
		valgrindMakeMemNoAccess(s->base, (uintptr_t)npages << PageShift);
	return s;
}

static Mspan *spanpop(Spanlist *l)
{
	Mspan *s = l->head;

	if (s)
		spanremove(l, s);
	return s;
}

// Returns a span with free objects for c to own; NULL if there is no memory.
static Mspan *own(Mcentral *ct, Mcache *c, uint32_t class) HOLDS(ct->lock)
{
	Mspan *s = spanpop(&c->partial[class]);

	if (!s)
		s = spanpop(&ct->partial);
	if (!s) {
		s = newsmall(class);
		if (!s)
			return NULL;
		ct->nspans++;
	}
	s->owned = true;
	s->home = c;
	spanpush(&ct->full, s);
	return s;
}

// Returns the list for a span that has no owner and is not full.
static Spanlist *partiallist(Mcentral *ct, Mspan *s) HOLDS(ct->lock)
{
	return s->home ? &s->home->partial[s->class] : &ct->partial;
}

// Puts a span that has no owner and is on the list from to where it belongs.
static void settle(Mcentral *ct, Mspan *s, Spanlist *from) HOLDS(ct->lock)
{
	Spanlist *to;

	if (s->nfree >= s->nelems * 3 / 4)
		s->home = NULL;
	to = s->nfree == 0 ? &ct->full : partiallist(ct, s);
	if (s->nfree == s->nelems) {
		spanremove(from, s);
		ct->nspans--;
		spanfree(s);
	} else if (from != to) {
		spanremove(from, s);
		spanpush(to, s);
	}
}

static void disown(Mcentral *ct, Mspan *s) HOLDS(ct->lock)
{
	s->owned = false;
	settle(ct, s, &ct->full);
}

// Returns whether no byte of x is ObjectFree.
static bool nonefree(uint64_t x)
{
	const uint64_t low = 0x0101010101010101;

	return ((x - low) & ~x & low << 7) == 0;
}

// Takes up to n free objects of s; returns how many. The lock that centralgive held orders
// its stores to the states before this.
static uint32_t carve(Mspan *s, Slot *slot, uint32_t n)
{
	uint32_t i = s->scan, got = 0;

	n = min(n, s->nfree);
	for (; got < n; i++) {
		while (i % 8 == 0 &&
		       nonefree(atomic_load_relaxed((uint64_t *)(void *)&s->state[i])))
			i += 8;
		if (s->state[i] != ObjectFree)
			continue;
		s->state[i] = ObjectCached;
		slot[got++] = (Slot){ s->base + i * s->size, &s->state[i] };
	}
	s->scan = (uint16_t)i;
	s->nfree -= (uint16_t)n;
	return n;
}

uint32_t centraltake(Mcache *c, uint32_t class, Slot *slot, uint32_t n)
{
	Mcentral *ct = &centrals[class];
	Mspan *s = c->span[class];
	uint32_t got = 0;

	lock(&ct->lock);
	while (got < n) {
		if (!s || s->nfree == 0) {
			if (s)
				disown(ct, s);
			s = own(ct, c, class);
			if (!s)
				break;
		}
		got += carve(s, slot + got, n - got);
	}
	ct->nout += got;
	c->span[class] = s;
	unlock(&ct->lock);
	return got;
}

static void give(Mcentral *ct, const Slot *slot) HOLDS(ct->lock)
{
	Mspan *s = spanof(slot->p);
	uint32_t i = (uint32_t)(slot->state - s->state);
	Spanlist *from = s->nfree == 0 ? &ct->full : partiallist(ct, s);

	if (s->state[i] != ObjectCached)
		badpointer((uintptr_t)objectat(slot->p)); // freed by two at once
	s->state[i] = ObjectFree;
	s->scan = (uint16_t)min(s->scan, i);
	s->nfree++;
	if (!s->owned)
		settle(ct, s, from);
}

void centralgive(uint32_t class, const Slot *slot, uint32_t n)
{
	Mcentral *ct = &centrals[class];

	lock(&ct->lock);
	ct->nout -= n;
	for (uint32_t i = 0; i < n; i++)
		give(ct, &slot[i]);
	unlock(&ct->lock);
}

void centraldisown(Mcache *c, uint32_t class)
{
	Mcentral *ct = &centrals[class];
	Mspan *s;

	lock(&ct->lock);
	if (c->span[class])
		disown(ct, c->span[class]);
	c->span[class] = NULL;
	while ((s = spanpop(&c->partial[class]))) {
		s->home = NULL;
		spanpush(&ct->partial, s);
	}
	unlock(&ct->lock);
}
