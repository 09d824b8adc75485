// managed.c - allocation of managed objects, and sweeping.
//
// A P has a span of each kind that it allocates from, in the order of addresses. The common
// case looks for the next Free state behind the object allocated last; it takes no lock, and no
// other P writes to these states. All else happens on g0.
//
// Unyielding: the common case must keep the P whose span it has found, until the object is
// Busy. Memory is cleared after that: clearing may yield, since a cycle that comes then finds the
// object's address on the stack, and what it reads there as pointers is no error.
//
// A span is swept when an M needs one to allocate from. That costs the states, an eighth to
// a 2048th of its memory, and no look at the objects.
//
// built: unyielding hot
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/base/race.h"
#include "runtime/base/valgrind.h"
#include "runtime/os/os.h"
#include "runtime/reach/managed.h"
#include "runtime/sched/gcwork.h"
#include "runtime/sched/yieldcheck.h"

enum {
	FewFree = 8,              // a span with no more than 1 / FewFree free waits for the next cycle
	ClearByKernel = 1 << 20, // more than that is not cleared by writing to it
};

Kind *kinds;
uint32_t nkinds;

// Has no objects: the common case needs not ask whether there is a span.
static Mspan nospace;

static Kind *kindofspan(const Mspan *s)
{
	if (s->class >= TypedClass)
		return &kinds[NumKinds + s->class - TypedClass];
	return &kinds[s->class >= NoscanClass ? kindofclass(s->class - NoscanClass, true) :
	                                       kindofclass(s->class - ManagedClass, false)];
}

void addkind(uint32_t sizeclass, uint32_t class, const MarkLayout *layout)
{
	Kind *k = &kinds[nkinds];

	lockInit(&k->lock, RankManaged);
	k->sizeclass = sizeclass;
	k->size = sizeclass == LargeClass ? 0 : classsize(sizeclass);
	k->class = (uint16_t)class;
	k->layout = layout;
	markclass(class, k->size, layout);
	// Pairs with sweepone's load; allocations know kinds from layout.c.
	atomic_store_release(&nkinds, nkinds + 1);
}

void managedinit(void)
{
	kinds = persistentalloc(MaxKinds * sizeof *kinds, CacheLineSize);
	for (uint32_t c = 0; c <= LargeClass; c++)
		addkind(c, ManagedClass + c, NULL);
	for (uint32_t c = 0; c <= LargeClass; c++)
		addkind(c, NoscanClass + c, &nopointers);
}

// ---- sweeping -------------------------------------------------------------------------

static const uint64_t eachByte = 0x0101010101010101;

// Eight states, of objects: what is marked stays, and has no mark.
static uint64_t sweepeight(uint64_t states, uint32_t *nfree)
{
	uint64_t marked = states / ObjectMarked & eachByte;

	*nfree += 8 - (uint32_t)__builtin_popcountl(marked);
	return marked * ObjectBusy;
}

static void sweepobject(Mspan *s, uint32_t i, uint32_t *nfree)
{
	uint8_t was = s->state[i];

	s->state[i] = was & ObjectMarked ? ObjectBusy : ObjectFree;
	*nfree += s->state[i] == ObjectFree;
	if (debug.clobberfree && was == ObjectBusy)
		__builtin_memset((void *)(s->base + i * s->size), DeadByte, s->size);
}

// Returns how many objects of s are free.
static uint32_t sweep(Mspan *s)
{
	uint32_t nfree = 0, i = 0;

	for (; i + 8 <= s->nelems && !debug.clobberfree; i += 8) {
		uint64_t *states = (uint64_t *)(void *)&s->state[i];

		*states = sweepeight(*states, &nfree);
	}
	for (; i < s->nelems; i++)
		sweepobject(s, i, &nfree);
	s->zeroed = false;
	s->nfree = (uint16_t)nfree;
	return nfree;
}

// Takes a span off a list; NULL if there is none.
static Mspan *takespan(Kind *k, Mspan **list)
{
	Mspan *s;

	lock(&k->lock);
	s = *list;
	if (s)
		*list = s->next;
	unlock(&k->lock);
	return s;
}

static void putspan(Kind *k, Mspan **list, Mspan *s)
{
	lock(&k->lock);
	s->next = *list;
	*list = s;
	unlock(&k->lock);
}

// Sweeps a large object, which has a span of its own.
static void sweeplarge(Mspan *s, MarkCount *reached)
{
	uintptr_t bytes = (uintptr_t)s->npages << PageShift;

	if (s->state[0] & ObjectMarked) {
		s->state[0] = ObjectBusy;
		reached->n++;
		reached->bytes += bytes;
		return;
	}
	if (debug.clobberfree)
		__builtin_memset((void *)s->base, DeadByte, bytes);
	spanfree(s);
}

void givetosweep(Mspan *s, bool all, MarkCount *reached)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nelems && !all; i++) {
		if ((s->state[i] & ~ObjectWaited) == ObjectBusy)
			s->state[i] |= ObjectMarked;
	}
	if (s->size == 0) {
		sweeplarge(s, reached);
		return;
	}
	for (uint32_t i = 0; i < s->nelems; i++)
		n += s->state[i] / ObjectMarked;
	putspan(kindofspan(s), &kindofspan(s)->unswept, s);
	reached->n += n;
	reached->bytes += (uint64_t)n * s->size;
}

void forgetmarks(void)
{
	for (uintptr_t page = 0; page < mheap.npages;) {
		const Spanref *r = &mheap.spans[page];
		Mspan *s = r->s;

		page += r->inuse ? s->npages : 1;
		for (uint32_t i = 0; r->inuse && ismanaged(s) && i < s->nelems; i++)
			s->state[i] &= (uint8_t)~ObjectMarked;
	}
}

bool sweepone(void)
{
	static uint32_t last; // where there was one; a hint, so that it may be old

	uint32_t all = atomic_load_acquire(&nkinds); // pairs with addkind's store

	for (uint32_t n = 0, k = atomic_load_relaxed(&last); n < all; n++, k = (k + 1) % all) {
		Mspan *s = takespan(&kinds[k], &kinds[k].unswept);

		if (!s)
			continue;
		atomic_store_relaxed(&last, k);
		if (sweep(s) == s->nelems)
			spanfree(s);
		else if (s->nfree > s->nelems / FewFree)
			putspan(&kinds[k], &kinds[k].partial, s);
		return true;
	}
	return false;
}

// None of them has a span, from the kind on.
static void nocurrents(Currents *c, uint32_t kind)
{
	for (; kind < c->n; kind++)
		c->of[kind] = (Current){ &nospace, 0 };
}

void finishsweep(void)
{
	P **ps = allp;

	while (sweepone())
		;
	for (uint32_t k = 0; k < nkinds; k++)
		kinds[k].partial = NULL;
	// Also those that are gone for now: procresize takes them again as they are.
	for (int32_t i = 0; i < allpcap; i++) {
		if (ps[i] && ps[i]->current)
			nocurrents(ps[i]->current, 0);
	}
}

// ---- allocation -----------------------------------------------------------------------

// What is asked for. An object that is not large has a class, and the kind if it is known.
typedef struct {
	uint32_t kind;   // NoKind: to be found, by the layout
	uint32_t sizeclass;
	const rt_layout *layout;
	uintptr_t npages; // of a large object
	void *p;          // the answer
	uintptr_t size;
	bool zeroed;
} Request;

static NORETURN void nomanaged(void)
{
	throw("runtime: out of memory");
}

// Returns the next free object of c's span, Busy, or NULL.
ALWAYS_INLINE void *takenext(Current *c, uintptr_t *size, bool *zeroed)
{
	Mspan *s = c->span;

	for (uint32_t i = c->next, n = s->nelems; i < n; i++) {
		if (s->state[i] != ObjectFree)
			continue;
		s->state[i] = ObjectBusy;
		c->next = i + 1;
		*size = s->size;
		*zeroed = s->zeroed;
		return (void *)(s->base + i * s->size);
	}
	return NULL;
}

// Returns a span of the kind with free objects.
static Mspan *spanwithspace(Kind *k)
{
	uint32_t npages = spanpages(k->size);
	Mspan *s = takespan(k, &k->partial);

	while (!s && (s = takespan(k, &k->unswept))) {
		if (sweep(s) <= s->nelems / FewFree)
			s = NULL;
	}
	if (!s)
		s = spanalloc(k->class, npages, k->size, (npages << PageShift) / k->size);
	if (!s)
		nomanaged();
	return s;
}

// Returns what pp takes objects of the kind from.
static Current *currentof(P *pp, uint32_t kind)
{
	Currents *old = pp->current, *new;
	uint32_t n = old ? old->n : 0;

	if (kind < n)
		return &old->of[kind];
	n = min(max(kind + 1, max(n * 2, (uint32_t)NumKinds)), (uint32_t)MaxKinds);
	new = persistentalloc(sizeof *new + n * sizeof *new->of, CacheLineSize);
	new->n = n;
	if (old)
		__builtin_memcpy(new->of, old->of, old->n * sizeof *new->of);
	nocurrents(new, old ? old->n : 0);
	pp->current = new; // others look at it in the stopped world alone
	return &new->of[kind];
}

// On g0.
static COLD void refillfn(void *arg)
{
	Request *r = arg;
	Current *c;

	if (r->kind == NoKind)
		r->kind = kindoflayout(r->layout, r->sizeclass);
	c = currentof(getg()->m->p, r->kind);
	r->p = takenext(c, &r->size, &r->zeroed); // the P may be another one than before
	if (r->p)
		return;
	*c = (Current){ spanwithspace(&kinds[r->kind]), 0 };
	atomic_xadd(&memstats.gc.heap, (uint64_t)c->span->nfree * c->span->size);
	r->p = takenext(c, &r->size, &r->zeroed);
}

static COLD void managedlargefn(void *arg)
{
	Request *r = arg;
	Mspan *s;

	if (r->kind == NoKind)
		r->kind = kindoflayout(r->layout, LargeClass);
	s = spanalloc(kinds[r->kind].class, r->npages, 0, 1);
	if (!s)
		nomanaged();
	s->state[0] = ObjectBusy;
	atomic_xadd(&memstats.gc.heap, r->npages << PageShift);
	r->p = (void *)s->base;
	r->zeroed = s->zeroed;
}

// Before memory is taken from the heap.
static void beforehand(const char *by)
{
	preemptcheckas(by);
	collectinit();
	if (cycledue())
		runcycle(WhenDue);
}

// In the frame of a function whose caller's is not below a cycle's.
static void *refilled(Request *r)
{
	systemstack(refillfn, r);
	if (!r->zeroed)
		__builtin_memset(r->p, 0, r->size);
	if (RACING)
		raceclear((uintptr_t)r->p, r->size);
	return r->p;
}

// Not in the caller's frame, which is below a cycle's.
static NOINLINE void *refilledkind(uint32_t kind)
{
	return refilled(&(Request){ .kind = kind });
}

static NOINLINE void *refilledlayout(uint32_t sizeclass, const rt_layout *t)
{
	return refilled(&(Request){ .kind = NoKind, .sizeclass = sizeclass, .layout = t });
}

static COLD void *allocslow(uint32_t kind)
{
	beforehand(kind >= kindofclass(0, true) ? "rt_gc_alloc_noscan" : "rt_gc_alloc");
	return refilledkind(kind);
}

static COLD void *typedslow(uint32_t sizeclass, const rt_layout *t)
{
	beforehand("rt_gc_alloc_typed");
	return refilledlayout(sizeclass, t);
}

static NOINLINE void *takelarge(size_t size, uint32_t kind, const rt_layout *t)
{
	uintptr_t n = alignup(size, (uintptr_t)HeapPage);
	Request r = { .kind = kind, .layout = t, .npages = n >> PageShift };

	systemstack(managedlargefn, &r);
	if (!r.zeroed && n >= ClearByKernel && !onvalgrind())
		sysUnused(r.p, n, false);
	else if (!r.zeroed)
		__builtin_memset(r.p, 0, n);
	if (RACING)
		raceclear((uintptr_t)r.p, n);
	return r.p;
}

static COLD void *alloclarge(const char *by, size_t size, uint32_t kind, const rt_layout *t)
{
	if (size > PTRDIFF_MAX)
		rt_panic("runtime error: allocation size out of range");
	beforehand(by);
	return takelarge(size, kind, t);
}

// Returns the next free object of c's, or NULL.
ALWAYS_INLINE void *takefrom(Current *c)
{
	uintptr_t size;
	bool zeroed;
	void *p = takenext(c, &size, &zeroed);

	if (unlikely(!p))
		return NULL;
	if (!zeroed)
		__builtin_memset(p, 0, size);
	if (RACING)
		raceclear((uintptr_t)p, size);
	return p;
}

ALWAYS_INLINE void *alloc(size_t size, bool noscan)
{
	uint32_t kind;
	Currents *c;
	void *p;

	if (unlikely(size > MaxSmallSize))
		return alloclarge(noscan ? "rt_gc_alloc_noscan" : "rt_gc_alloc", size,
		                  kindofclass(LargeClass, noscan), NULL);
	kind = kindofclass(sizeclass(size), noscan);
	// A goroutine has a P.
	if (unlikely(Stress || mustlook()) || unlikely(!(c = getg()->m->p->current)))
		return allocslow(kind);
	p = takefrom(&c->of[kind]);
	return likely(p) ? p : allocslow(kind);
}

void *rt_gc_alloc(size_t size)
{
	return alloc(size, false);
}

void *rt_gc_alloc_noscan(size_t size)
{
	return alloc(size, true);
}

void *rt_gc_alloc_typed(size_t size, const rt_layout *t)
{
	uint32_t class, kind;
	Currents *c;
	void *p;

	if (unlikely(size > MaxSmallSize))
		return alloclarge("rt_gc_alloc_typed", size, NoKind, t);
	class = sizeclass(size);
	kind = knownkind(t, class);
	if (unlikely(Stress || mustlook()) || unlikely(!(c = getg()->m->p->current)) ||
	    unlikely(kind >= c->n))
		return typedslow(class, t);
	p = takefrom(&c->of[kind]);
	return likely(p) ? p : typedslow(class, t);
}
