// tests/internal/mark.c - the marker finds an object by any of its bytes and no other, follows what
// large and small objects hold, with room for as many as there are or for few, and leaves the heap
// as it was.
#include "internal.h"

#include "runtime/mem/mark.h"

extern void systemstack(void (*fn)(void *), void *arg);

typedef struct {
	void (*fn)(Marker *m);
	uint64_t unreached;
} Run;

static uint32_t nrange, nwaited;
static uintptr_t waited;
static MarkRange outside[2];

static void onrange(void *arg, uint32_t owner)
{
	(void)arg;
	nrange += owner;
}

static void onwaited(void *arg, uintptr_t object)
{
	(void)arg;
	nwaited++;
	waited = object;
}

static void unreached(void *arg, const Mspan *s, uint32_t i)
{
	Run *r = arg;

	(void)s;
	(void)i;
	r->unreached++;
}

static void runfn(void *arg)
{
	static const MarkHooks hooks = {
		.range = outside, .nranges = nelem(outside), .onrange = onrange, .onwaited = onwaited,
	};
	Run *r = arg;
	Marker *m;

	heaphold();
	m = markbegin(&hooks);
	if (m) {
		r->fn(m);
		markend(m, unreached, r);
	}
	heaprelease();
	if (!m)
		throw("no marker");
}

// Runs fn in the stopped world. Returns how many objects it did not reach.
static uint64_t with_marker(void (*fn)(Marker *m))
{
	Run r = { .fn = fn };

	stopTheWorld("test");
	systemstack(runfn, &r);
	startTheWorld();
	return r.unreached;
}

// On g0 a failed check would not end the test in order.
#define must_be(cond) ((cond) ? (void)0 : throw(#cond))

// ---- each byte -----------------------------------------------------------------------

static uintptr_t object;

static void each_byte(Marker *m)
{
	uintptr_t size = slotsize(spanof(object - FrontZone)), slot = object - FrontZone;

	must_be(!marked(m, slot));
	must_be(objectbase(m, slot) == slot);
	must_be(objectbase(m, slot + size / 2 + 1) == slot);
	must_be(objectbase(m, slot + size - 1) == slot);
	must_be(objectbase(m, slot + size) != slot);
	must_be(objectbase(m, slot - 1) != slot);
	markword(m, slot + size);
	markword(m, slot - 1);
	markdrain(m);
	must_be(!marked(m, slot));
	markword(m, slot + size - 1);
	markdrain(m);
	must_be(marked(m, slot));
}

static void test_each_byte(void)
{
	for (size_t size = 1; size <= 1 << 20; size += size / 3 + 1) {
		object = (uintptr_t)rt_malloc(size);
		with_marker(each_byte);
		rt_free((void *)object);
	}
}

// ---- the rest of a span, and what is free -----------------------------------------------

static uintptr_t nowhere[5];

static void nothing_there(Marker *m)
{
	for (uint32_t i = 0; i < nelem(nowhere); i++) {
		must_be(objectbase(m, nowhere[i]) == 0);
		markword(m, nowhere[i]);
	}
	markdrain(m);
	must_be(markedobjects(m).n == 0);
}

static void test_nothing_there(void)
{
	void *small = rt_malloc(40), *large = rt_malloc(100000);
	const Mspan *s = spanof((uintptr_t)small - FrontZone);

	nowhere[0] = s->base + s->nelems * s->size; // behind the last object
	nowhere[1] = s->base + ((uintptr_t)s->npages << PageShift) - 1;
	nowhere[2] = (uintptr_t)large + 50000; // of an object that is gone by then
	nowhere[3] = mheap.base - 1;
	nowhere[4] = mheap.base + (mheap.npages << PageShift);
	object = (uintptr_t)large;
	with_marker(each_byte); // its pages lead to it now
	rt_free(large);
	with_marker(nothing_there);
	rt_free(small);
}

// ---- outside of the heap's objects ----------------------------------------------------------

static uintptr_t memory[8];

static void out_there(Marker *m)
{
	nrange = 0;
	markword(m, outside[0].lo - 1);
	markword(m, outside[0].hi);
	markword(m, outside[1].hi);
	must_be(nrange == 0);
	markword(m, outside[0].lo);
	must_be(nrange == 1);
	markword(m, outside[0].hi - 1);
	must_be(nrange == 2);
	markword(m, outside[1].lo + 1);
	must_be(nrange == 12);
}

static void test_ranges(void)
{
	outside[0] = (MarkRange){ (uintptr_t)&memory[0], (uintptr_t)&memory[2], 1 };
	outside[1] = (MarkRange){ (uintptr_t)&memory[4], (uintptr_t)&memory[6], 10 };
	with_marker(out_there);
}

// ---- what objects hold --------------------------------------------------------------------

enum { Nodes = 50000, Far = 70000 };

static void **table; // large: of the others, each of which holds the next but one as well

static void followed(Marker *m)
{
	MarkCount all;

	nwaited = 0;
	must_be(!markwaited(m, (uintptr_t)table[Nodes / 2] - FrontZone));
	markrange(m, (uintptr_t)&table, (uintptr_t)(&table + 1));
	markdrain(m);
	all = markedobjects(m);
	must_be(all.n == Nodes + 1);
	must_be(all.bytes >= Nodes * 2 * PtrSize + Nodes * PtrSize);
	must_be(nwaited == 1 && waited == (uintptr_t)table[Nodes / 2] - FrontZone);
	must_be(markwaited(m, waited));
	for (uint32_t i = 0; i < Nodes; i++)
		must_be(marked(m, (uintptr_t)table[i] - FrontZone));
}

static void test_followed(void)
{
	table = rt_calloc(Nodes, sizeof *table);
	for (int i = 0; i < Nodes; i++)
		table[i] = rt_calloc(2, sizeof *table);
	with_marker(followed);
	// Now a tree: the table leads to one of them alone.
	for (int i = 0; i < Nodes; i++) {
		((void **)table[i])[0] = 2 * i + 1 < Nodes ? table[2 * i + 1] : table;
		((void **)table[i])[1] = 2 * i + 2 < Nodes ? table[2 * i + 2] : NULL;
	}
	with_marker(followed);
}

static uintptr_t chain;

static void followed_chain(Marker *m)
{
	markword(m, chain);
	markdrain(m);
	must_be(markedobjects(m).n == Far);
}

// Each holds the next in its last word; every hundredth is large.
static void test_chain(void)
{
	void *next = NULL;

	for (int i = 0; i < Far; i++) {
		size_t n = i % 100 == 0 ? 5000 : 6;
		void **p = rt_calloc(n, sizeof *p);

		p[n - 1] = next;
		next = p;
	}
	chain = (uintptr_t)next;
	with_marker(followed_chain);
}

// ---- what was not reached --------------------------------------------------------------------

static void nothing_at_all(Marker *m)
{
	(void)m;
}

static void one(Marker *m)
{
	markword(m, object);
	markdrain(m);
}

static void test_unreached(void)
{
	struct rt_memstats stats;
	uint64_t without;

	object = (uintptr_t)rt_malloc(100);
	rt_memstats(&stats);
	without = with_marker(nothing_at_all);
	equal(without, stats.objects);
	equal(with_marker(one), without - 1);
	equal(with_marker(nothing_at_all), without);
	heapcheck();
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	test_ranges();
	test_each_byte();
	test_nothing_there();
	test_followed();
	test_chain();
	test_unreached();
	return 0;
}
