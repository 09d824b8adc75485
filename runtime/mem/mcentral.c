// mcentral.c - the spans of each size class, and the way of their objects to the caches.
//
// A span in use is on one of its class's two lists:
//
//	partial: nfree > 0, not owned    full: nfree == 0, or owned
//
// A span whose objects are all free goes back to the heap, unless a cache owns it. Whoever
// frees the last one sees to that, wherever the object came from and whether or not
// anybody ever allocates here again: so nothing is left behind.
//
// Follows Go's mcentral.go (cacheSpan, uncacheSpan).
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"

static Mspan *newsmall(uint32_t class)
{
	uint32_t size = classsize(class), npages = spanpages(size);
	Mspan *s = spanalloc(class, npages, size, (npages << PageShift) / size);

	if (!s)
		return NULL;
	for (uint32_t i = 0; Debug && i < s->nelems; i++)
		poison(s->base + i * size, size);
	return s;
}

// A span with free objects, owned from now on; NULL when there is no memory.
static Mspan *own(Mcentral *ct, uint32_t class) HOLDS(ct->lock)
{
	Mspan *s = ct->partial.head;

	if (s) {
		spanremove(&ct->partial, s);
	} else {
		s = newsmall(class);
		if (!s)
			return NULL;
		ct->nspans++;
	}
	s->owned = true;
	spanpush(&ct->full, s);
	return s;
}

// Where an idle span belongs that is on the list from.
static void settle(Mcentral *ct, Mspan *s, Spanlist *from) HOLDS(ct->lock)
{
	if (s->nfree == s->nelems) {
		spanremove(from, s);
		ct->nspans--;
		spanfree(s);
	} else if (s->nfree > 0 && from == &ct->full) {
		spanremove(from, s);
		spanpush(&ct->partial, s);
	}
}

static void disown(Mcentral *ct, Mspan *s) HOLDS(ct->lock)
{
	s->owned = false;
	settle(ct, s, &ct->full);
}

// No byte of x is ObjectFree.
static bool nonefree(uint64_t x)
{
	const uint64_t low = 0x0101010101010101;

	return ((x - low) & ~x & low << 7) == 0;
}

// Up to n free objects of s. The lock that centralgive held orders what it wrote to the
// states before this.
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

uint32_t centraltake(uint32_t class, Mspan **sp, Slot *slot, uint32_t n)
{
	Mcentral *ct = &mheap.central[class];
	Mspan *s = *sp;
	uint32_t got = 0;

	lock(&ct->lock);
	while (got < n) {
		if (!s || s->nfree == 0) {
			if (s)
				disown(ct, s);
			s = own(ct, class);
			if (!s)
				break;
		}
		got += carve(s, slot + got, n - got);
	}
	ct->nout += got;
	unlock(&ct->lock);
	*sp = s;
	return got;
}

void centralgive(uint32_t class, const Slot *slot, uint32_t n)
{
	Mcentral *ct = &mheap.central[class];

	lock(&ct->lock);
	ct->nout -= n;
	for (uint32_t i = 0; i < n; i++) {
		Mspan *s = spanof(slot[i].p);
		uint32_t k = (uint32_t)(slot[i].state - s->state);

		must(s->class == class && s->state[k] == ObjectCached);
		s->state[k] = ObjectFree;
		s->scan = (uint16_t)min(s->scan, k);
		s->nfree++;
		if (!s->owned)
			settle(ct, s, s->nfree == 1 ? &ct->full : &ct->partial);
	}
	unlock(&ct->lock);
}

void centraldisown(uint32_t class, Mspan *s)
{
	Mcentral *ct = &mheap.central[class];

	lock(&ct->lock);
	disown(ct, s);
	unlock(&ct->lock);
}
