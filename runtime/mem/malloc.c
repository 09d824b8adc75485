// malloc.c - the program's memory: rt_malloc and its family.
//
// Objects of up to 32 KiB come in size classes, from the P's Mcache: the common cases of
// rt_malloc and rt_free are here, and call nothing. So they cannot lose their P on the way,
// since the runtime's code is preempted at calls alone (at the prologue of what is
// called). Whatever else there is to do begins anew on g0, where nothing is preempted and
// there is room: a goroutine does not get a segment of stack for it. Larger objects have
// spans of their own.
//
// A second rt_free finds the object's state changed and is fatal. Of two at the same
// instant both may pass; then the object is in two caches, and who takes it from the second
// finds that it is Busy.
#include "include/rt.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

enum {
	ClearByKernel = 1 << 20, // more than that is not cleared by writing to it
	DeadByte = 0xde,         // GODEBUG=clobberfree=1
};

// ---- small objects ------------------------------------------------------------------

// The last of a list's objects, Busy now; NULL when it is empty.
ALWAYS_INLINE void *pop(Mcache *c, uint32_t class)
{
	Slot *top = c->top[class];
	uintptr_t p = top->p;

	if (unlikely(!p))
		return NULL;
	if (unlikely(*top->state != ObjectCached))
		badpointer(p); // freed twice at the same instant
	if (Debug)
		checkpoison(spanof(p), p);
	atomic_store_relaxed(top->state, ObjectBusy);
	c->top[class] = top - 1;
	// The next one and its state, which have been out of use: a store to them that misses
	// the cache holds up all stores behind it. NULL does no harm.
	__builtin_prefetch((void *)top[-1].p, 1);
	__builtin_prefetch(top[-1].state, 1);
	return (void *)p;
}

// top is the class's.
ALWAYS_INLINE void push(Mcache *c, uint32_t class, Slot *top, uintptr_t p, uint8_t *state)
{
	c->top[class] = top + 1;
	top[1] = (Slot){ p, state };
	atomic_store_relaxed(state, ObjectCached);
}

typedef struct {
	uint32_t class;
	void *p;
} SmallRequest;

static COLD void smallfn(void *arg)
{
	SmallRequest *r = arg;
	Mcache *c = getcache();

	r->p = pop(c, r->class);
	if (!r->p) {
		cacherefill(c, r->class);
		r->p = pop(c, r->class);
	}
	putcache(c);
}

// There is no P, or its list is empty.
static COLD void *smallslow(uint32_t class)
{
	SmallRequest r = { .class = class };

	systemstack(smallfn, &r);
	return r.p;
}

// The state of the busy object that begins at p, NULL for any other p in s.
ALWAYS_INLINE uint8_t *stateof(Mspan *s, uintptr_t p)
{
	uint64_t product = objectproduct((uint32_t)(p - s->base), s->recip);
	uint8_t *state = &s->state[productindex(product)];

	return likely(atobject(product, s->recip) && *state == ObjectBusy) ? state : NULL;
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
	uintptr_t n = alignup(size, (uintptr_t)HeapPage);
	LargeRequest r = { .npages = n >> PageShift };

	if (size > PTRDIFF_MAX)
		rt_panic("runtime error: allocation size out of range");
	systemstack(largefn, &r);
	if (zero && !r.s->zeroed && n >= ClearByKernel)
		sysUnused((void *)r.s->base, n, false);
	else if (zero && !r.s->zeroed)
		__builtin_memset((void *)r.s->base, 0, n);
	r.s->state[0] = ObjectBusy;
	return (void *)r.s->base;
}

static uintptr_t objectsize(const Mspan *s)
{
	return s->class == LargeClass ? (uintptr_t)s->npages << PageShift : s->size;
}

// How many bytes the object at p has; fatal when there is none.
static COLD uintptr_t sizeofobject(uintptr_t p)
{
	Mspan *s = spanof(p);

	if (!s || !stateof(s, p))
		badpointer(p);
	return objectsize(s);
}

// ---- freeing ------------------------------------------------------------------------

typedef struct {
	Mspan *s;
	uintptr_t p;
	uint8_t *state;
} FreeRequest;

static COLD void freefn(void *arg)
{
	FreeRequest *r = arg;
	uint32_t class = r->s->class;
	Mcache *c;

	if (class == LargeClass)
		return spanfree(r->s);
	if (Debug)
		poison(r->p, r->s->size);
	c = getcache();
	if (c->top[class] >= c->end[class])
		cachemakeroom(c, class);
	push(c, class, c->top[class], r->p, r->state);
	putcache(c);
}

// The rest of rt_free: there is no P, its list is full, p is large, NULL, or no object.
static COLD void freeslow(uintptr_t p)
{
	FreeRequest r = { .s = spanof(p), .p = p };

	if (!p)
		return;
	r.state = r.s ? stateof(r.s, p) : NULL;
	// The exchange chooses one of two that free a large object at the same instant.
	if (!r.state || atomic_xchg(r.state, ObjectCached) != ObjectBusy)
		badpointer(p);
	if (debug.clobberfree)
		__builtin_memset((void *)p, DeadByte, objectsize(r.s));
	systemstack(freefn, &r);
}

// ---- the program's functions --------------------------------------------------------

static const Classtable classtable = { CLASSTABLE };

// From a line of the instruction cache on: other functions are packed.
#define HOTCODE __attribute__((aligned(64)))

NOSPLIT HOTCODE void *rt_malloc(size_t size)
{
	uint32_t class;
	void *p;

	if (likely(size <= ClassTableMax))
		class = classtable[(size + 15) / 16];
	else if (size <= MaxSmallSize)
		class = sizeclass(size);
	else
		return largealloc(size, false);
	p = pop(mcache, class);
	return likely(p) ? p : smallslow(class);
}

NOSPLIT HOTCODE void rt_free(void *ptr)
{
	uintptr_t p = (uintptr_t)ptr;
	Mspan *s = spanof(p);
	uint32_t class;
	uint8_t *state;
	Mcache *c;
	Slot *top;

	if (unlikely(!s))
		return freeslow(p);
	state = stateof(s, p);
	if (unlikely(!state))
		return freeslow(p);
	c = mcache;
	class = s->class;
	top = c->top[class];
	if (unlikely(top >= c->end[class]))
		return freeslow(p);
	if (Debug)
		poison(p, s->size);
	push(c, class, top, p, state);
}

void *rt_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		rt_panic("runtime error: makeslice: len out of range");
	if (bytes > MaxSmallSize)
		return largealloc(bytes, true);
	p = rt_malloc(bytes);
	__builtin_memset(p, 0, bytes);
	return p;
}

// Stays in place while at least half of the object is used.
void *rt_realloc(void *p, size_t size)
{
	uintptr_t have;
	void *q;

	if (!p)
		return rt_malloc(size);
	have = sizeofobject((uintptr_t)p);
	if (size <= have && size >= have / 2)
		return p;
	q = rt_malloc(size);
	__builtin_memcpy(q, p, min(size, have));
	rt_free(p);
	return q;
}

size_t rt_malloc_usable_size(const void *p)
{
	return p ? sizeofobject((uintptr_t)p) : 0;
}
