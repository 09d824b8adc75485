// mstats.c - what the heap is made of: numbers for the program, and the debug build's check
// that they fit together.
#include "include/rt.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

Mstats memstats;

// ---- the collector's ----------------------------------------------------------------

enum { DefaultHeapMinimum = 4 << 20 };

int32_t gcpercent;
uint64_t heapminimum = DefaultHeapMinimum;

STEP int32_t setGCPercent(int32_t in)
{
	int32_t out = gcpercent;

	gcpercent = max(in, -1);
	heapminimum = (uint64_t)DefaultHeapMinimum * (uint64_t)(int64_t)gcpercent / 100;
	return out;
}

// ---- numbers ------------------------------------------------------------------------

// Free objects of a class in the caches: others may be busy with them, so it is about that.
static uint64_t cached(uint32_t class)
{
	int32_t n = atomic_load_acquire(&gomaxprocs); // first: allp has at least so many
	P **ps = atomic_load_acquire(&allp);
	uint64_t sum = cachecount(&sharedcache, class);

	for (int32_t i = 0; i < n; i++)
		sum += cachecount(atomic_load_acquire(&ps[i]->mcache), class); // getcache's
	return sum;
}

static void classstats(struct rt_memclass *k, uint32_t class)
{
	Mcentral *ct = &centrals[class];

	lock(&ct->lock);
	k->size = classsize(class);
	k->spans = ct->nspans;
	k->objects = ct->nout;
	unlock(&ct->lock);
	k->cached = min(cached(class), k->objects);
	k->objects -= k->cached;
}

// Of programs that allocate no collected memory all is 0.
static void gcstats(struct rt_memstats *m)
{
	m->gc_cycles = atomic_load_relaxed(&memstats.gc.cycles);
	m->gc_forced = atomic_load_relaxed(&memstats.gc.forced);
	m->gc_objects = atomic_load_relaxed(&memstats.gc.objects);
	m->gc_heap = atomic_load_relaxed(&memstats.gc.heap);
	m->gc_goal = atomic_load_relaxed(&memstats.gc.goal);
	m->gc_object_bytes = m->gc_cycles ? atomic_load_relaxed(&memstats.heap_marked) : 0;
	m->gc_freed = atomic_load_relaxed(&memstats.gc.freed);
	m->gc_paused = atomic_load_relaxed(&memstats.gc.stopped);
	m->gc_longest = atomic_load_relaxed(&memstats.gc.longest);
	m->gc_last = atomic_load_relaxed(&memstats.gc.last);
}

void rt_memstats(struct rt_memstats *m)
{
	_Static_assert(nelem(m->by_class) == NumSizeClasses, "rt.h's number of classes");

	nothandler("rt_memstats");
	*m = (struct rt_memstats){ .other = atomic_load_relaxed(&memstats.other_sys) };
	lock(&mheap.lock);
	m->heap = (uint64_t)(mheap.pages.end - mheap.holepages) << PageShift;
	m->heap_free = (uint64_t)mheap.pages.nfree << PageShift;
	m->heap_released = (uint64_t)mheap.pages.nzero << PageShift;
	m->objects = m->large_objects = memstats.nlarge;
	m->object_bytes = m->large_bytes = memstats.large_inuse;
	m->stacks = memstats.stacks_inuse;
	unlock(&mheap.lock);
	for (uint32_t class = 0; class < NumSizeClasses; class++) {
		struct rt_memclass *k = &m->by_class[class];

		classstats(k, class);
		m->objects += k->objects;
		m->object_bytes += k->objects * k->size;
	}
	stackstats(m);
	gcstats(m);
	if (Debug)
		heapcheck();
}

// ---- the check ----------------------------------------------------------------------

static void want(bool ok, const char *what, uint32_t class)
{
	if (ok)
		return;
	print("runtime: heap of class %u: %s\n", class, what);
	throw("heapcheck");
}

static void checkspan(const Mspan *s, uint32_t class)
{
	uintptr_t first = heappage(s->base);
	uint32_t nfree = 0;

	want(s->class == class && s->size == classsize(class), "span of another class", class);
	want(s->npages == spanpages(s->size) &&
	             s->nelems == (s->npages << PageShift) / s->size,
	     "shape of a span", class);
	for (uintptr_t i = first; i < first + s->npages; i++) {
		const Spanref *r = &mheap.spans[i];

		want(r->inuse && r->s == s && r->base == s->base &&
		             r->list == LISTOFFSET(class) &&
		             r->recip == sizerecip(s->size),
		     "page of another span", class);
	}
	for (uint32_t i = 0; i < s->nelems; i++) {
		uint8_t state = atomic_load_relaxed(&s->state[i]);

		want(state <= ObjectBusy, "state of an object", class);
		want(state != ObjectFree || i >= s->scan, "free object below scan", class);
		nfree += state == ObjectFree;
		if (Debug)
			checkslot(s, i);
	}
	want(nfree == s->nfree, "number of free objects", class);
	want(s->state[s->nelems] == ObjectNone, "state behind the last object", class);
}

static void checklist(const Spanlist *l, uint32_t class, bool full, uint64_t *nspans,
                      uint64_t *nout)
{
	const Mspan *prev = NULL;

	for (const Mspan *s = l->head; s; prev = s, s = s->next) {
		want(s->prev == prev, "links of a list", class);
		want(full == (s->owned || s->nfree == 0), "list of a span", class);
		want(full || s->nfree < s->nelems, "span without objects", class);
		checkspan(s, class);
		++*nspans;
		*nout += s->nelems - s->nfree;
	}
}

static void checkclass(uint32_t class)
{
	Mcentral *ct = &centrals[class];
	uint64_t nspans = 0, nout = 0;

	lock(&ct->lock);
	checklist(&ct->full, class, true, &nspans, &nout);
	checklist(&ct->partial, class, false, &nspans, &nout);
	for (const Mcache *c = atomic_load_acquire(&allcaches); c; c = c->alllink)
		checklist(&c->partial[class], class, false, &nspans, &nout);
	checklist(&sharedcache.partial[class], class, false, &nspans, &nout);
	want(nspans == ct->nspans, "number of spans", class);
	want(nout == ct->nout, "number of objects", class);
	unlock(&ct->lock);
}

static void checkcached(const Slot *t, uint32_t class)
{
	const Mspan *s = spanof(t->p);

	want(s && s->class == class, "span of a cached object", class);
	want(*t->state == ObjectCached, "state of a cached object", class);
	want(t->p == s->base + (uintptr_t)(t->state - s->state) * s->size,
	     "place of a state", class);
	if (Debug)
		checkfree(s, (uint32_t)(t->state - s->state));
}

// The zones of what has pages of its own.
static void checklarge(void) HOLDS(mheap.lock)
{
	for (uintptr_t i = 0; Debug && i < mheap.npages; i++) {
		const Spanref *r = &mheap.spans[i];

		if (r->inuse && r->s->class == LargeClass && heappage(r->base) == i)
			checkslot(r->s, 0);
	}
}

// The caller's own.
static void checkcache(const Mcache *c)
{
	for (uint32_t class = 0; class < NumSizeClasses && c != nocache; class++) {
		const Slot *slot = c->slot[class];
		const Freelist *l = &c->list[class];

		want(!slot || slot->p == 0, "bottom of a cache", class);
		want(slot || l->top->p == 0, "objects in a list that has no memory", class);
		for (const Slot *t = slot; slot && ++t <= l->top;)
			checkcached(t, class);
		if (l->next.p)
			checkcached(&l->next, class);
	}
}

void heapcheck(void)
{
	M *mp = acquirem();

	for (uint32_t class = 0; class < NumSizeClasses; class++)
		checkclass(class);
	if (mp->p)
		checkcache(mp->p->mcache);
	lock(&mheap.lock);
	pagecheck(&mheap.pages);
	checklarge();
	unlock(&mheap.lock);
	releasem(mp);
}
