// malloc.c - the program's memory: rt_malloc and its family.
//
// Objects of up to 32 KiB come in size classes, from the P's Mcache: the common cases of
// rt_malloc and rt_free are here, and call nothing. So they cannot lose their P on the way,
// since the runtime's code is preempted at calls alone (at the prologue of what is
// called). Whatever else there is to do begins anew in smallslow and freeslow, with the M
// held. Larger objects have spans of their own.
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
ALWAYS_INLINE void *pop(Cachelist *l)
{
	Slot *top = l->top;
	uintptr_t p = top->p;

	if (unlikely(!p))
		return NULL;
	if (unlikely(*top->state != ObjectCached))
		badpointer(p); // freed twice at the same instant
	if (Debug)
		checkpoison(spanof(p), p);
	atomic_store_relaxed(top->state, ObjectBusy);
	l->top = top - 1;
	// The next one, which has been out of use: a store to it that misses the cache holds
	// up all stores behind it. NULL does no harm.
	__builtin_prefetch((void *)top[-1].p, 1);
	return (void *)p;
}

ALWAYS_INLINE void push(Cachelist *l, uintptr_t p, uint8_t *state)
{
	Slot *top = l->top + 1;

	atomic_store_relaxed(state, ObjectCached);
	*top = (Slot){ p, state };
	l->top = top;
}

ALWAYS_INLINE Cachelist *listof(Mcache *c, const Mspan *s)
{
	return (Cachelist *)(void *)((char *)c + s->list);
}

// There is no P, or its list is empty.
static __attribute__((noinline)) void *smallslow(uint32_t class)
{
	M *mp = acquirem();
	Mcache *c = getcache(mp);
	void *p = pop(&c->class[class]);

	if (!p) {
		cacherefill(c, class);
		p = pop(&c->class[class]);
	}
	putcache(c);
	releasem(mp);
	return p;
}

// The state of the busy object that begins at p, NULL for any other p in s.
ALWAYS_INLINE uint8_t *stateof(Mspan *s, uintptr_t p)
{
	uint32_t offset = (uint32_t)(p - s->base);
	uint8_t *state = &s->state[objectindex(offset, s->recip)];

	return likely(atobject(offset, s->recip) && *state == ObjectBusy) ? state : NULL;
}

// ---- large objects ------------------------------------------------------------------

static __attribute__((noinline)) void *largealloc(uintptr_t size, bool zero)
{
	uintptr_t n = alignup(size, (uintptr_t)HeapPage);
	Mspan *s;

	if (size > PTRDIFF_MAX)
		rt_panic("runtime error: allocation size out of range");
	s = spanalloc(LargeClass, n >> PageShift, 0, 1);
	if (!s) {
		M *mp = acquirem();
		Mcache *c = getcache(mp);

		freemcache(c); // perhaps that frees spans
		putcache(c);
		releasem(mp);
		s = spanalloc(LargeClass, n >> PageShift, 0, 1);
		if (!s)
			throw("runtime: out of memory");
	}
	if (zero && !s->zeroed && n >= ClearByKernel)
		sysUnused((void *)s->base, n);
	else if (zero && !s->zeroed)
		__builtin_memset((void *)s->base, 0, n);
	s->state[0] = ObjectBusy;
	return (void *)s->base;
}

static uintptr_t objectsize(const Mspan *s)
{
	return s->class == LargeClass ? (uintptr_t)s->npages << PageShift : s->size;
}

// How many bytes the object at p has; fatal when there is none.
static uintptr_t sizeofobject(uintptr_t p)
{
	Mspan *s = spanof(p);

	if (!s || !stateof(s, p))
		badpointer(p);
	return objectsize(s);
}

// ---- freeing ------------------------------------------------------------------------

// The rest of rt_free: there is no P, its list is full, p is large, NULL, or no object.
static __attribute__((noinline)) void freeslow(uintptr_t p)
{
	Mspan *s = spanof(p);
	uint8_t *state = s ? stateof(s, p) : NULL;
	Mcache *c;
	M *mp;

	if (!p)
		return;
	if (!state)
		badpointer(p);
	if (debug.clobberfree)
		__builtin_memset((void *)p, DeadByte, objectsize(s));
	if (s->class == LargeClass) {
		// The exchange chooses one of two that free it at the same instant.
		if (atomic_xchg(state, ObjectFree) != ObjectBusy)
			badpointer(p);
		spanfree(s);
		return;
	}
	if (Debug)
		poison(p, s->size);
	mp = acquirem();
	c = getcache(mp);
	if (c->class[s->class].top >= c->class[s->class].end)
		cachemakeroom(c, s->class);
	push(listof(c, s), p, state);
	putcache(c);
	releasem(mp);
}

// ---- the program's functions --------------------------------------------------------

static const Classtable classtable = { CLASSTABLE };

NOSPLIT void *rt_malloc(size_t size)
{
	uint32_t class;
	P *pp;
	void *p;

	if (likely(size <= ClassTableMax))
		class = classtable[(size + 15) / 16];
	else if (size <= MaxSmallSize)
		class = sizeclass(size);
	else
		return largealloc(size, false);
	pp = getp();
	if (unlikely(!pp))
		return smallslow(class);
	p = pop(&pp->mcache->class[class]);
	return likely(p) ? p : smallslow(class);
}

NOSPLIT void rt_free(void *ptr)
{
	uintptr_t p = (uintptr_t)ptr;
	Mspan *s = spanof(p);
	uint8_t *state;
	Cachelist *l;
	P *pp;

	if (unlikely(!s))
		return freeslow(p);
	state = stateof(s, p);
	if (unlikely(!state))
		return freeslow(p);
	pp = getp();
	if (unlikely(!pp))
		return freeslow(p);
	l = listof(pp->mcache, s);
	if (unlikely(l->top >= l->end))
		return freeslow(p);
	if (Debug)
		poison(p, s->size);
	push(l, p, state);
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
