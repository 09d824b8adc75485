// malloc.c - the program's memory: rt_malloc and its family.
//
// Objects of up to 32 KiB come in size classes. Each P keeps a list of free objects for
// each class in its Mcache, which only the M that owns the P uses, without a lock. What
// a cache lacks or has too much of moves from or to the class's Mcentral, half a cache
// at a time. Freed objects go to the cache of the P that freed them, wherever they came
// from. Larger objects are runs of whole chunks; their pages go back to the kernel at
// once.
//
// A byte for each small object says whether it is busy. Bytes, since neighbours may
// belong to different Ms and a bit would need a locked instruction. A second free finds
// the byte changed and is fatal. Two at the same instant may both pass: to detect that
// race would cost more than all the rest of rt_free.
//
//	an object on a free list is not ObjectBusy
//	a cache has at most max objects of a class
#include "include/rt.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

enum {
	CacheBytes = 64 << 10, // a cache's share of a class, about
	CacheMin = Stress ? 2 : 4,
	CacheMax = Stress ? 4 : 128,
};

typedef struct {
	Object *list; // n objects, last in first out
	uint32_t n, max;
} Cachelist;

struct Mcache {
	Cachelist class[NumSizeClasses];
};

Mcache *mcache0;

// For Ms without a P. mheap.sharedLock protects it.
static Mcache sharedcache;

// ---- the central lists --------------------------------------------------------------

// The states have a byte to spare: for an address in the rest behind the last object.
static bool newchunk(Mcentral *ct, uint32_t class) HOLDS(ct->lock)
{
	uint32_t size = classsize(class);
	uint32_t n = ChunkSize / size;
	uint8_t *state = persistentalloc(n + 1, PtrSize);
	Chunk *k;

	lock(&mheap.lock);
	k = runalloc(1);
	if (k)
		*k = (Chunk){ .state = state, .recip = sizerecip(size),
		              .size = (uint16_t)size, .class = (uint8_t)class,
		              .kind = ChunkSmall };
	unlock(&mheap.lock);
	if (!k)
		return false;
	ct->next = chunkaddr(k);
	ct->end = ct->next + n * size;
	return true;
}

// An object that no cache has, or NULL.
static Object *grab(Mcentral *ct, uint32_t class) HOLDS(ct->lock)
{
	Object *o = ct->free;

	if (o) {
		ct->free = o->next;
		return o;
	}
	if (ct->next == ct->end && !newchunk(ct, class))
		return NULL;
	o = (Object *)ct->next;
	ct->next += classsize(class);
	return o;
}

// Half fills an empty list, in the order the objects come: fresh ones by address.
static __attribute__((noinline)) void refill(Cachelist *l, uint32_t class)
{
	Mcentral *ct = &mheap.central[class];
	Object **tail = &l->list;

	must(l->n == 0 && !l->list);
	lock(&ct->lock);
	while (l->n < l->max / 2) {
		Object *o = grab(ct, class);

		if (!o)
			break;
		*tail = o;
		tail = &o->next;
		l->n++;
	}
	unlock(&ct->lock);
	*tail = NULL;
	if (l->n == 0)
		throw("runtime: out of memory");
}

// Gives the first n of the list's objects to the central list.
static __attribute__((noinline)) void flush(Cachelist *l, uint32_t class, uint32_t n)
{
	Mcentral *ct = &mheap.central[class];
	Object *first = l->list, *last = first;

	if (n == 0)
		return;
	for (uint32_t i = 1; i < n; i++)
		last = last->next;
	l->list = last->next;
	l->n -= n;
	lock(&ct->lock);
	last->next = ct->free;
	ct->free = first;
	unlock(&ct->lock);
}

// ---- caches -------------------------------------------------------------------------

static void cacheinit(Mcache *c)
{
	for (uint32_t class = 0; class < NumSizeClasses; class++) {
		uint32_t n = CacheBytes / classsize(class);

		c->class[class].max = max(CacheMin, min(CacheMax, n));
	}
}

STEP void mallocinit(void)
{
	mheapinit();
	cacheinit(&sharedcache);
	mcache0 = allocmcache();
}

Mcache *allocmcache(void)
{
	Mcache *c = persistentalloc(sizeof *c, CacheLineSize);

	cacheinit(c);
	return c;
}

void freemcache(Mcache *c)
{
	for (uint32_t class = 0; class < NumSizeClasses; class++)
		flush(&c->class[class], class, c->class[class].n);
}

// The cache for mp to use until putcache; between acquirem and releasem, so that mp keeps
// its P.
UNCHECKED_LOCKS static Mcache *getcache(M *mp)
{
	Mcache *c = mp->p ? mp->p->mcache : mcache0;

	if (!c) {
		lock(&mheap.sharedLock);
		c = &sharedcache;
	}
	return c;
}

UNCHECKED_LOCKS static void putcache(Mcache *c)
{
	if (c == &sharedcache)
		unlock(&mheap.sharedLock);
}

// ---- objects ------------------------------------------------------------------------

static NORETURN void badpointer(bool freed)
{
	if (freed)
		fatal("free of a free object");
	fatal("free of a pointer that was not allocated");
}

ALWAYS_INLINE uint8_t *stateof(Chunk *k, uintptr_t p)
{
	return &k->state[objectindex((uint32_t)p % ChunkSize, k->recip)];
}

// The same for a p that may be anything: fatal unless a busy object starts there.
ALWAYS_INLINE uint8_t *busystate(Chunk *k, uintptr_t p)
{
	uint32_t offset = (uint32_t)p % ChunkSize;
	uint32_t i = objectindex(offset, k->recip);

	if (unlikely(i * k->size != offset))
		badpointer(false);
	if (unlikely(k->state[i] != ObjectBusy))
		badpointer(k->state[i] == ObjectFree);
	return &k->state[i];
}

static bool islarge(Chunk *k, uintptr_t p)
{
	return k->kind == ChunkLarge && p % ChunkSize == 0;
}

static NORETURN void notlarge(Chunk *k, uintptr_t p)
{
	badpointer(p % ChunkSize == 0 && (k->kind == ChunkFree || k->kind == ChunkFreed));
}

// How many bytes the object at p has; fatal when there is none.
static uintptr_t sizeofobject(uintptr_t p)
{
	Chunk *k = chunkof(p);

	if (k->kind == ChunkSmall) {
		busystate(k, p);
		return k->size;
	}
	if (!islarge(k, p))
		notlarge(k, p);
	return (uintptr_t)k->n << ChunkShift;
}

// A list's first object, busy now.
ALWAYS_INLINE void *pop(Cachelist *l)
{
	Object *o = l->list;
	uint8_t *state = stateof(chunkof((uintptr_t)o), (uintptr_t)o);

	must(*state != ObjectBusy);
	*state = ObjectBusy;
	l->list = o->next;
	l->n--;
	return o;
}

ALWAYS_INLINE void push(Cachelist *l, Object *o)
{
	o->next = l->list;
	l->list = o;
	l->n++;
}

// The rest of smallalloc: there is no P, or its list is empty.
static __attribute__((noinline)) void *slowalloc(M *mp, uint32_t class)
{
	Mcache *c = getcache(mp);
	Cachelist *l = &c->class[class];
	void *p;

	if (!l->list)
		refill(l, class);
	p = pop(l);
	putcache(c);
	releasem(mp);
	return p;
}

ALWAYS_INLINE void *smallalloc(uint32_t class)
{
	M *mp = acquirem();
	void *p;

	if (unlikely(!mp->p || !mp->p->mcache->class[class].list))
		return slowalloc(mp, class);
	p = pop(&mp->p->mcache->class[class]);
	releasem(mp);
	return p;
}

// The rest of smallfree: there is no P, or its list is full.
static __attribute__((noinline)) void slowfree(M *mp, uint32_t class, Object *o)
{
	Mcache *c = getcache(mp);
	Cachelist *l = &c->class[class];

	push(l, o);
	if (l->n > l->max)
		flush(l, class, l->max / 2);
	putcache(c);
	releasem(mp);
}

// The state changes before others can get at the object.
ALWAYS_INLINE void smallfree(Chunk *k, Object *o)
{
	M *mp;
	Cachelist *l;

	*busystate(k, (uintptr_t)o) = ObjectFree;
	mp = acquirem();
	if (unlikely(!mp->p))
		return slowfree(mp, k->class, o);
	l = &mp->p->mcache->class[k->class];
	if (unlikely(l->n >= l->max))
		return slowfree(mp, k->class, o);
	push(l, o);
	releasem(mp);
}

static __attribute__((noinline)) void *largealloc(uintptr_t size)
{
	uintptr_t n = alignup(size, (uintptr_t)ChunkSize) >> ChunkShift;
	Chunk *k;

	lock(&mheap.lock);
	k = runalloc(n);
	if (k) {
		k->n = (uint32_t)n;
		k->kind = ChunkLarge;
	}
	unlock(&mheap.lock);
	if (!k)
		throw("runtime: out of memory");
	return (void *)chunkaddr(k);
}

// The pages go before the run is free for others, and outside of the lock: for a large
// object that takes long.
static __attribute__((noinline)) void largefree(Chunk *k, uintptr_t p)
{
	uint32_t n = k->n;
	bool ok;

	lock(&mheap.lock);
	ok = islarge(k, p);
	if (ok)
		k->kind = ChunkFreed;
	unlock(&mheap.lock);
	if (!ok)
		notlarge(k, p);
	sysUnused((void *)p, (uintptr_t)n << ChunkShift);
	lock(&mheap.lock);
	runfree(k, n);
	unlock(&mheap.lock);
}

// ---- the program's functions --------------------------------------------------------

void *rt_malloc(size_t size)
{
	if (likely(size <= MaxSmallSize))
		return smallalloc(sizeclass(size));
	if (size > PTRDIFF_MAX)
		rt_panic("runtime error: allocation size out of range");
	return largealloc(size);
}

void rt_free(void *p)
{
	Chunk *k;

	if (!p)
		return;
	k = chunkof((uintptr_t)p);
	if (likely(k->kind == ChunkSmall))
		smallfree(k, p);
	else
		largefree(k, (uintptr_t)p);
}

void *rt_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		rt_panic("runtime error: makeslice: len out of range");
	p = rt_malloc(bytes);
	if (bytes <= MaxSmallSize) // free runs of chunks are zero already
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
