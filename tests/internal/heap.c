// tests/internal/heap.c - spans, the caches of Ps, and where objects go.
//
// Promises: through 200,000 random allocations and frees by two Ps and by an M without one,
// of all sizes, each object freed by another of them than allocated it as often as not,
// objects are distinct, rt_memstats counts them, and the heap's check holds; a span whose
// last object another P frees goes back to the heap though its owner does nothing; a P that
// goes away leaves nothing behind; a free and an allocation by turns soon need no refill; when all
// is freed, no span is left; free pages that get
// no use go back to the system, read as zero then, and are not given back while they are
// used.
// env: GOMAXPROCS=1
#include "internal.h"

#include "runtime/mem/mheap.h"

enum { Live = 3000, Rounds = 200000 };

static P own[2];
static P *const ps[] = { &own[0], &own[1], NULL };

static void *alloc(P *pp, size_t size)
{
	P *usual = borrowp(pp);
	void *p = rt_malloc(size);

	returnp(usual);
	return p;
}

static void give(P *pp, void *p)
{
	P *usual = borrowp(pp);

	rt_free(p);
	returnp(usual);
}

static void purge(void)
{
	freemcache(own[0].mcache);
	freemcache(own[1].mcache);
	freemcache(getg()->m->p->mcache);
	freesharedcache();
}

static void stats(struct rt_memstats *m)
{
	heapcheck();
	rt_memstats(m);
}

// What the program has, without the caches of the two Ps, which are not in allp.
static uint64_t busy(struct rt_memstats *m)
{
	stats(m);
	for (int i = 0; i < 2; i++)
		for (uint32_t c = 0; c < NumSizeClasses; c++) {
			uint64_t n = cachecount(own[i].mcache, c);

			m->objects -= n;
			m->object_bytes -= n * m->by_class[c].size;
		}
	return m->objects;
}

// ---- any sizes ------------------------------------------------------------------------

typedef struct {
	uint64_t *p;
	size_t n;
} Object;

static Object live[Live];

static size_t size(uint64_t *seed)
{
	static const size_t limit[] = { 100, 1000, 10000, 100000 };
	uint64_t r = next_random(seed);

	return 16 + (r >> 8) % limit[r % 4];
}

static void mark(Object *o)
{
	for (size_t i = 0; i < o->n / 8; i++)
		o->p[i] = (uintptr_t)o ^ i;
}

static void verify(const Object *o)
{
	for (size_t i = 0; i < o->n / 8; i++)
		equal(o->p[i], (uintptr_t)o ^ i);
}

static void random_use(void)
{
	uint64_t seed = 88172645463325252, before, n = 0;
	struct rt_memstats m;

	before = busy(&m);
	for (int round = 0; round < Rounds; round++) {
		uint64_t r = next_random(&seed);
		Object *o = &live[r % Live];
		P *pp = ps[r >> 32 & 7 ? r >> 36 & 1 : 2];

		if (o->p) {
			verify(o);
			give(pp, o->p);
			o->p = NULL;
			n--;
		} else {
			o->n = size(&seed);
			o->p = alloc(pp, o->n);
			check(rt_malloc_usable_size(o->p) >= o->n);
			mark(o);
			n++;
		}
		if (round % (Rounds / 16) == 0)
			equal(busy(&m) - before, n);
	}
	for (int i = 0; i < Live; i++) {
		if (!live[i].p)
			continue;
		verify(&live[i]);
		give(ps[i % 3], live[i].p);
	}
	equal(busy(&m), before);
	purge();
	heapcheck();
}

// ---- spans ----------------------------------------------------------------------------

static uint64_t spans(uint32_t class)
{
	struct rt_memstats m;

	stats(&m);
	return m.by_class[class].spans;
}

static void nothing_left(uint64_t stays)
{
	struct rt_memstats m;
	uint64_t n = 0, objects = 0;

	purge();
	stats(&m);
	for (uint32_t c = 0; c < NumSizeClasses; c++) {
		n += m.by_class[c].spans;
		objects += m.by_class[c].objects;
		equal(m.by_class[c].cached, 0);
		check(m.by_class[c].spans <= m.by_class[c].objects);
	}
	check(n <= stays);
	check(objects <= stays);
	equal(m.large_objects, 0);
}

// own[0] allocates, own[1] frees, and own[0] does nothing any more.
static void abandoned(size_t n, int count)
{
	static void *p[100000];
	uint32_t class = sizeclass(withzones(n));
	uint64_t before = spans(class), most;

	for (int i = 0; i < count; i++)
		p[i] = alloc(&own[0], n);
	most = spans(class);
	check(most > before + 10);
	for (int i = 0; i < count; i++)
		give(&own[1], p[i]);
	// A cache's worth may keep spans, and the one that own[0] owns.
	check(spans(class) <= before + 1 + CacheLineSize * 2);
	freemcache(own[1].mcache);
	check(spans(class) <= before + 1);
	freemcache(own[0].mcache);
	equal(spans(class), before);
}

// Frees and allocates by turns in an empty cache: the list becomes one that rt_malloc can
// take from.
static void one_object(void)
{
	enum { N = 48 };
	const Freelist *l = &own[0].mcache->list[sizeclass(withzones(N))];
	void *p = alloc(&own[0], N);

	purge();
	equal(l->next.p, 0);
	give(&own[0], p);
	p = alloc(&own[0], N);
	check(l->next.p != 0 && l->top->p != 0);
	give(&own[0], p);
	purge();
	heapcheck();
}

// ---- the system -----------------------------------------------------------------------

static uint64_t unreturned(void)
{
	struct rt_memstats m;

	stats(&m);
	return m.heap_free - m.heap_released;
}

static void scavenging(void)
{
	enum { N = 64 << 20 };
	unsigned char *p;

	while (scavengeone(true))
		;
	equal(unreturned(), 0);
	p = rt_malloc(N);
	__builtin_memset(p, 0xa5, N);
	check(!scavengewanted());
	rt_free(p);
	check(unreturned() >= N);
	check(scavengewanted());
	check(rt_malloc(N) == p); // was needed meanwhile
	rt_free(p);
	check(!scavengeone(false));
	check(scavengewanted());
	while (scavengeone(false))
		;
	check(!scavengewanted());
	check(unreturned() < 16 << 20);
	p = rt_calloc(N, 1);
	for (int i = 0; i < N; i++)
		if (p[i] != 0)
			failed(__FILE__, __LINE__, "zero after scavenging");
	rt_free(p);
	heapcheck();
}

int rt_main(int nargs, char **args)
{
	uint64_t stays;
	struct rt_memstats m;

	(void)nargs, (void)args;
	own[0].mcache = allocmcache();
	own[1].mcache = allocmcache();
	stats(&m);
	stays = m.objects;
	random_use();
	nothing_left(stays);
	abandoned(16, 50000);
	abandoned(1024, 20000);
	abandoned(20000, 2000);
	one_object();
	nothing_left(stays);
	scavenging();
	return 0;
}
