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

Kind kinds[NumKinds];
uint64_t heaplive;

// Has no objects: the common case needs not ask whether there is a span.
static Mspan nospace;

static uint32_t sizeofkind(uint32_t kind)
{
	return classsize(kind % NumSizeClasses);
}

static uint32_t classofkind(uint32_t kind)
{
	bool noscan = kind >= NumSizeClasses;

	return (noscan ? NoscanClass : ManagedClass) + kind % NumSizeClasses;
}

static Kind *kindofspan(const Mspan *s)
{
	bool noscan = s->class >= NoscanClass;

	return &kinds[noscan ? s->class - NoscanClass + NumSizeClasses : s->class - ManagedClass];
}

void managedinit(void)
{
	for (uint32_t k = 0; k < NumKinds; k++) {
		lockInit(&kinds[k].lock, RankManaged);
		markclass(classofkind(k), sizeofkind(k), k >= NumSizeClasses);
	}
	markclass(ManagedClass + LargeClass, 0, false);
	markclass(NoscanClass + LargeClass, 0, true);
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
static uint64_t sweeplarge(Mspan *s)
{
	uintptr_t bytes = (uintptr_t)s->npages << PageShift;

	if (s->state[0] & ObjectMarked) {
		s->state[0] = ObjectBusy;
		return bytes;
	}
	if (debug.clobberfree)
		__builtin_memset((void *)s->base, DeadByte, bytes);
	spanfree(s);
	return 0;
}

uint64_t givetosweep(Mspan *s, bool all)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nelems && !all; i++) {
		if ((s->state[i] & ~ObjectWaited) == ObjectBusy)
			s->state[i] |= ObjectMarked;
	}
	if (s->size == 0)
		return sweeplarge(s);
	for (uint32_t i = 0; i < s->nelems; i++)
		n += s->state[i] / ObjectMarked;
	putspan(kindofspan(s), &kindofspan(s)->unswept, s);
	return (uint64_t)n * s->size;
}

bool sweepone(void)
{
	static uint32_t last; // where there was one

	for (uint32_t n = 0, k = last; n < NumKinds; n++, k = (k + 1) % NumKinds) {
		Mspan *s = takespan(&kinds[k], &kinds[k].unswept);

		if (!s)
			continue;
		last = k;
		if (sweep(s) == s->nelems)
			spanfree(s);
		else if (s->nfree > s->nelems / FewFree)
			putspan(&kinds[k], &kinds[k].partial, s);
		return true;
	}
	return false;
}

void finishsweep(void)
{
	P **ps = allp;

	while (sweepone())
		;
	for (uint32_t k = 0; k < NumKinds; k++)
		kinds[k].partial = NULL;
	// Also those that are gone for now: procresize takes them again as they are.
	for (int32_t i = 0; i < allpcap; i++) {
		for (uint32_t k = 0; ps[i] && ps[i]->current && k < NumKinds; k++)
			ps[i]->current[k] = (Current){ &nospace, 0 };
	}
}

// ---- allocation -----------------------------------------------------------------------

typedef struct {
	uint32_t kind;
	uintptr_t npages; // of a large object
	void *p;
	bool zeroed;
} Request;

static NORETURN void nomanaged(void)
{
	throw("runtime: out of memory");
}

// Returns the next free object of c's span, Busy, or NULL.
ALWAYS_INLINE void *takenext(Current *c, bool *zeroed)
{
	Mspan *s = c->span;

	for (uint32_t i = c->next, n = s->nelems; i < n; i++) {
		if (s->state[i] != ObjectFree)
			continue;
		s->state[i] = ObjectBusy;
		c->next = i + 1;
		*zeroed = s->zeroed;
		return (void *)(s->base + i * s->size);
	}
	return NULL;
}

// Returns a span of the kind with free objects.
static Mspan *spanwithspace(uint32_t kind)
{
	Kind *k = &kinds[kind];
	uint32_t size = sizeofkind(kind), npages = spanpages(size);
	Mspan *s = takespan(k, &k->partial);

	while (!s && (s = takespan(k, &k->unswept))) {
		if (sweep(s) <= s->nelems / FewFree)
			s = NULL;
	}
	if (!s)
		s = spanalloc(classofkind(kind), npages, size, (npages << PageShift) / size);
	if (!s)
		nomanaged();
	return s;
}

// On g0.
static COLD void refillfn(void *arg)
{
	Request *r = arg;
	P *pp = getg()->m->p;
	Current *c;

	if (!pp->current) {
		pp->current = persistentalloc(NumKinds * sizeof *c, CacheLineSize);
		for (uint32_t k = 0; k < NumKinds; k++)
			pp->current[k].span = &nospace;
	}
	c = &pp->current[r->kind];
	r->p = takenext(c, &r->zeroed); // the P may be another one than before
	if (r->p)
		return;
	*c = (Current){ spanwithspace(r->kind), 0 };
	atomic_xadd(&heaplive, (uint64_t)c->span->nfree * c->span->size);
	r->p = takenext(c, &r->zeroed);
}

static COLD void managedlargefn(void *arg)
{
	Request *r = arg;
	Mspan *s = spanalloc(r->kind, r->npages, 0, 1);

	if (!s)
		nomanaged();
	s->state[0] = ObjectBusy;
	atomic_xadd(&heaplive, r->npages << PageShift);
	r->p = (void *)s->base;
	r->zeroed = s->zeroed;
}

// Before memory is taken from the heap.
static void beforehand(bool noscan)
{
	preemptcheckas(noscan ? "rt_gc_alloc_noscan" : "rt_gc_alloc");
	collectinit();
	if (cycledue())
		runcycle(WhenDue);
}

// Not in the caller's frame, which is below a cycle's.
static NOINLINE void *refilled(uint32_t kind)
{
	Request r = { .kind = kind };

	systemstack(refillfn, &r);
	if (!r.zeroed)
		__builtin_memset(r.p, 0, sizeofkind(kind));
	if (RACING)
		raceclear((uintptr_t)r.p, sizeofkind(kind));
	return r.p;
}

static COLD void *allocslow(uint32_t kind)
{
	beforehand(kind >= NumSizeClasses);
	return refilled(kind);
}

static NOINLINE void *takelarge(size_t size, bool noscan)
{
	uintptr_t n = alignup(size, (uintptr_t)HeapPage);
	Request r = { .kind = (noscan ? NoscanClass : ManagedClass) + LargeClass, .npages = n >> PageShift };

	systemstack(managedlargefn, &r);
	if (!r.zeroed && n >= ClearByKernel && !onvalgrind())
		sysUnused(r.p, n, false);
	else if (!r.zeroed)
		__builtin_memset(r.p, 0, n);
	if (RACING)
		raceclear((uintptr_t)r.p, n);
	return r.p;
}

static COLD void *alloclarge(size_t size, bool noscan)
{
	if (size > PTRDIFF_MAX)
		rt_panic("runtime error: allocation size out of range");
	beforehand(noscan);
	return takelarge(size, noscan);
}

ALWAYS_INLINE void *alloc(size_t size, bool noscan)
{
	uint32_t kind;
	Current *c;
	bool zeroed;
	void *p;

	if (unlikely(size > MaxSmallSize))
		return alloclarge(size, noscan);
	kind = sizeclass(size) + (noscan ? NumSizeClasses : 0);
	// A goroutine has a P.
	if (unlikely(Stress || mustlook()) || unlikely(!(c = getg()->m->p->current)))
		return allocslow(kind);
	p = takenext(c + kind, &zeroed);
	if (unlikely(!p))
		return allocslow(kind);
	if (!zeroed)
		__builtin_memset(p, 0, sizeofkind(kind));
	if (RACING)
		raceclear((uintptr_t)p, sizeofkind(kind));
	return p;
}

void *rt_gc_alloc(size_t size)
{
	return alloc(size, false);
}

void *rt_gc_alloc_noscan(size_t size)
{
	return alloc(size, true);
}
