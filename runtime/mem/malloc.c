// malloc.c - the program's memory: rt_malloc and its family.
//
// Objects of up to 32 KiB come in size classes, from the P's Mcache. The common cases of
// rt_malloc and rt_free are here, and call nothing. Everything else happens on g0, where
// nothing is preempted and there is room, so that a goroutine gets no segment of stack for it.
// Larger objects have spans of their own.
//
// Unyielding: the common cases must keep the P whose cache they have found. The runtime's code
// is preempted only at calls, in the prologue of the function that is called.
//
// A second rt_free finds the object's state changed and is fatal. Two at once may both pass.
// Then the object is in two caches: the second M that takes it from its cache, or returns it to
// its span, finds that it is not Cached.
//
// built: unyielding hot
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/base/valgrind.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

enum {
	ClearByKernel = 1 << 20, // more than that is not cleared by writing to it
	DeadByte = 0xde,         // GODEBUG=clobberfree=1
	Buried = 16,
};

// ---- small objects ------------------------------------------------------------------

ALWAYS_INLINE void *handout(Slot o)
{
	if (Debug) { // dress makes it Busy
		Mspan *s = spanof(o.p);

		checkfree(s, (uint32_t)(o.state - s->state));
		return (void *)o.p;
	}
	atomic_store_relaxed(o.state, ObjectBusy);
	return (void *)o.p;
}

// Stores the list's next object in *p; returns false if there is none behind it, or the next
// was freed twice and is Busy already.
//
// A store that misses the processor's cache holds up all later stores, and the object freed
// last may have been out of use for long. So the object after this one is fetched now, and
// waits in next until it is handed out.
ALWAYS_INLINE bool popfree(Freelist *l, void **p)
{
	Slot *top = l->top, o = l->next, after = *top;

	if (unlikely(*o.state != ObjectCached || !after.p))
		return false;
	__builtin_prefetch((void *)after.p, 1);
	l->next = after;
	l->top = top - 1;
	*p = handout(o);
	return true;
}

// Takes next, which may be none, and moves the top there. The object stays Cached.
static Slot shift(Freelist *l)
{
	Slot o = l->next;

	l->next = *l->top;
	if (l->next.p)
		l->top--;
	return o;
}

ALWAYS_INLINE void pushfree(Freelist *l, Slot *top, uintptr_t p, uint8_t *state)
{
	l->top = top + 1;
	top[1] = (Slot){ p, state };
	atomic_store_relaxed(state, ObjectCached);
}

// Debug builds: hands out what was pushed after some others, so that the use of a freed
// object is found while it is free, not when it has become another of its kind.
static NOSPLIT void bury(Mcache *c, uint32_t class)
{
	Slot *bottom = c->slot[class] + 1, *t = c->list[class].top, last = *t;

	for (int32_t i = 0; i < Buried && t > bottom; i++, t--)
		t[0] = t[-1]; // no memmove, which may be the program's, and yield
	*t = last;
}

typedef struct {
	uint32_t class;
	void *p;
} SmallRequest;

static COLD void smallfn(void *arg)
{
	SmallRequest *r = arg;
	Mcache *c = getcache();
	Freelist *l = &c->list[r->class];
	Slot o;

	if (!l->next.p)
		shift(l);
	if (!l->top->p)
		cacherefill(c, r->class);
	o = shift(l);
	if (!o.p)
		o = shift(l);
	if (*o.state != ObjectCached)
		badpointer((uintptr_t)objectat(o.p)); // freed by two at once
	r->p = handout(o);
	putcache(c);
}

// A loop of allocations calls nothing with a prologue. So a request to yield replaces the P's
// cache by nocache, which sends the loop to its slow path.
void yieldcheck(const char *name); // sched/preempt.c

static void yieldpoint(void)
{
	if (unlikely(Stress || guardasks()))
		yieldcheck(NULL);
}

// Runs if there is no P, or its list is short, or the goroutine must yield.
static COLD void *smallslow(uintptr_t list)
{
	SmallRequest r = { .class = LISTCLASS(list) };

	nothandler("rt_malloc");
	yieldpoint();
	systemstack(smallfn, &r);
	return r.p;
}

// ---- large objects ------------------------------------------------------------------

typedef struct {
	uintptr_t npages;
	Mspan *s;
} LargeRequest;

static COLD void largefn(void *arg)
{
	LargeRequest *r = arg;

	r->s = spanalloc(LargeClass, r->npages, 0, 1);
	if (!r->s) {
		Mcache *c = getcache();

		freemcache(c); // perhaps that frees spans
		putcache(c);
		r->s = spanalloc(LargeClass, r->npages, 0, 1);
		if (!r->s)
			throw("runtime: out of memory");
	}
}

static COLD void *largealloc(uintptr_t size, bool zero)
{
	uintptr_t n = alignup(withzones(size), (uintptr_t)HeapPage);
	LargeRequest r = { .npages = n >> PageShift };

	nothandler("rt_malloc");
	if (size > PTRDIFF_MAX)
		rt_panic("runtime error: allocation size out of range");
	yieldpoint();
	systemstack(largefn, &r);
	if (zero && !r.s->zeroed && n >= ClearByKernel)
		sysUnused((void *)r.s->base, n, false);
	else if (zero && !r.s->zeroed)
		__builtin_memset((void *)r.s->base, 0, n);
	if (!Debug)
		makebusy(&r.s->state[0]);
	return (void *)r.s->base;
}

// Returns how many bytes the object at p has; fatal if there is none.
static COLD uintptr_t sizeofobject(const void *p)
{
	const Spanref *r = spanref(slotof(p));

	if (!stateof(r, slotof(p)))
		badpointer((uintptr_t)p);
	return Debug ? sizeasked((uintptr_t)p) : slotsize(r->s);
}

// ---- freeing ------------------------------------------------------------------------

typedef struct {
	Mspan *s;
	uintptr_t p;
	uint8_t *state;
} FreeRequest;

static void keepfree(const FreeRequest *r)
{
	uint32_t class = r->s->class;
	Mcache *c = getcache();
	Freelist *l = &c->list[class];

	if (l->top >= l->end)
		cachemakeroom(c, class);
	pushfree(l, l->top, r->p, r->state);
	if (Debug)
		bury(c, class);
	putcache(c);
}

static COLD void freefn(void *arg)
{
	FreeRequest *r = arg;

	if (r->s->class == LargeClass)
		return spanfree(r->s);
	if (!onvalgrind())
		return keepfree(r);
	detain(r->s, r->p);
	while ((r->p = release()) != 0) {
		r->s = spanof(r->p);
		r->state = &r->s->state[(r->p - r->s->base) / r->s->size];
		keepfree(r);
	}
}

// Makes the object at r->p Cached, if it is Busy. The exchange chooses one of two that free a large
// object at once. An M without a P takes the lock of the cache that it uses: while the world
// is stopped the marker holds it (mark.h), and has its own bits in the states.
static UNCHECKED_LOCKS bool takeback(FreeRequest *r, const Spanref *ref)
{
	bool shared = !getg()->m->p, taken;

	if (shared)
		lock(&mheap.sharedLock);
	r->state = stateof(ref, r->p);
	taken = r->state && atomic_xchg(r->state, ObjectCached) == ObjectBusy;
	if (shared)
		unlock(&mheap.sharedLock);
	return taken;
}

// Ends rt_free, with its frame, if there is no P, its list is full, the goroutine must
// yield, p is large, NULL or no object, or valgrind is there.
static COLD void freeslow(void *p, void *frame)
{
	const Spanref *ref = spanref(slotof(p));
	FreeRequest r = { .p = slotof(p) };

	yieldpoint();
	if (!p)
		return;
	nothandler("rt_free");
	if (!takeback(&r, ref))
		badpointer((uintptr_t)p);
	r.s = ref->s; // nobody else frees p now, so its span stays
	if (debug.clobberfree)
		__builtin_memset(p, DeadByte, Debug ? sizeasked((uintptr_t)p) : slotsize(r.s));
	if (Debug)
		undress((uintptr_t)p, frame);
	systemstack(freefn, &r);
}

// ---- the program's functions --------------------------------------------------------

// Returns where the list for so many times 16 bytes is.
static const uint16_t listtable[ClassTableMax / 16 + 1] = { CLASSTABLE(LISTOF) };

// Returns what the program gets of a slot for size bytes.
ALWAYS_INLINE void *finish(void *slot, size_t size)
{
	return Debug ? dress((uintptr_t)slot, size, __builtin_frame_address(0)) : slot;
}

// From half a line of the instruction cache on: other functions are packed.
#define HOTCODE __attribute__((aligned(32)))

NOSPLIT HOTCODE void *rt_malloc(size_t size)
{
	uintptr_t list, n = withzones(size);
	void *p;

	if (likely(n <= ClassTableMax))
		list = listtable[(n + 15) / 16];
	else if (n <= MaxSmallSize)
		list = LISTOFFSET(sizeclass(n));
	else
		return finish(largealloc(size, false), size);
	return finish(likely(popfree(listat(curcache, list), &p)) ? p : smallslow(list),
	              size);
}

NOSPLIT HOTCODE void rt_free(void *ptr)
{
	uintptr_t p = slotof(ptr);
	const Spanref *r = spanref(p);
	uint8_t *state;
	Freelist *l;
	Slot *top;

	state = stateof(r, p);
	if (unlikely(!state || onvalgrind()))
		return freeslow(ptr, __builtin_frame_address(0));
	l = listat(curcache, r->list);
	top = l->top;
	if (unlikely(top >= l->end))
		return freeslow(ptr, __builtin_frame_address(0));
	if (Debug)
		undress((uintptr_t)ptr, __builtin_frame_address(0));
	pushfree(l, top, p, state);
	if (Debug) // curcache may be another by now: the request to yield changes it
		bury((Mcache *)((char *)l - r->list), LISTCLASS(r->list));
}

void *rt_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		rt_panic("runtime error: makeslice: len out of range");
	if (withzones(bytes) > MaxSmallSize) {
		p = finish(largealloc(bytes, true), bytes);
		valgrindMakeMemDefined((uintptr_t)p, bytes);
		return p;
	}
	p = rt_malloc(bytes);
	__builtin_memset(p, 0, bytes);
	return p;
}

// Keeps the object if at least half of it stays in use; in debug builds never, so that uses
// of the old address are found.
void *rt_realloc(void *p, size_t size)
{
	uintptr_t have;
	void *q;

	if (!p)
		return rt_malloc(size);
	have = sizeofobject(p);
	if (!Debug && size <= have && size >= have / 2)
		return p;
	q = rt_malloc(size);
	__builtin_memcpy(q, p, min(size, have));
	rt_free(p);
	return q;
}

size_t rt_malloc_usable_size(const void *p)
{
	return p ? sizeofobject(p) : 0;
}
