// tests/internal/stackpool.c - the supply of small stacks and of segments.
//
// Promises: small stacks of all four sizes are aligned, never overlap, and keep what is
// written to the whole of each, through 100,000 random allocations and frees by two Ps and
// by an M without one; the first word of a new one is zero. A P keeps at most 32 KiB of
// each size; an empty cache gets half of that from the pool, a full one gives half back. A
// P keeps at most SegCacheSize segments, the pool 64; all others go back to the system. A P
// that goes away leaves nothing behind.
// env: GOMAXPROCS=1
// arch: not qemu: the address space is the emulator's
#include "internal.h"
#include "runtime/sched/morestack.h"

enum {
	CacheSize = 32 << 10, // stack.c's StackCacheSize
	MaxFree = 64,         // and MaxFreeSegments
	Live = 2000,
	Rounds = 100000,
	Segments = 100, // more than the pool can hold: it is empty when all are in use
};

static P own[2];

typedef struct {
	P *pp;
	uint32_t size;
	Stack stk;
} Request;

static void allocfn(void *arg)
{
	Request *r = arg;

	r->stk = stackalloc(r->size);
}

static void freefn(void *arg)
{
	stackfree(((Request *)arg)->stk);
}

static Stack alloc(P *pp, uint32_t size)
{
	Request r = { .size = size };
	P *usual = borrowp(pp);

	systemstack(allocfn, &r);
	returnp(usual);
	equal(r.stk.hi - r.stk.lo, size);
	return r.stk;
}

static void give(P *pp, Stack stk)
{
	Request r = { .stk = stk };
	P *usual = borrowp(pp);

	systemstack(freefn, &r);
	returnp(usual);
}

static void purgefn(void *pp)
{
	stackpurge(pp);
}

static void purge(P *pp)
{
	systemstack(purgefn, pp);
	for (int o = 0; o < NumStackOrders; o++) {
		equal(pp->stackcache[o].size, 0);
		equal(pp->stackcache[o].list, 0);
	}
	equal(pp->nsegcache, 0);
}

// ---- small stacks ---------------------------------------------------------------------

static Stack live[Live];

static void fill(Stack stk, uintptr_t value)
{
	for (uintptr_t *p = (uintptr_t *)stk.lo; p < (uintptr_t *)stk.hi; p++)
		*p = value ^ (uintptr_t)p;
}

static void verify(Stack stk, uintptr_t value)
{
	for (uintptr_t *p = (uintptr_t *)stk.lo; p < (uintptr_t *)stk.hi; p++)
		equal(*p, value ^ (uintptr_t)p);
}

static void within_bounds(void)
{
	for (uint32_t i = 0; i < nelem(own); i++)
		for (int o = 0; o < NumStackOrders; o++)
			check(own[i].stackcache[o].size <= CacheSize);
}

static void random_use(void)
{
	P *const ps[] = { &own[0], &own[1], NULL };
	uint64_t seed = 88172645463325252;

	for (uintptr_t n = 1; n <= Rounds; n++) {
		uint64_t r = next_random(&seed);
		P *pp = ps[r >> 32 & 3 ? r >> 34 & 1 : 2];
		uint32_t i = r % Live;

		if (live[i].lo) {
			verify(live[i], i);
			give(pp, live[i]);
			live[i].lo = 0;
		} else {
			live[i] = alloc(pp, StackMin << (r >> 48 & 3));
			equal(live[i].lo % StackMin, 0);
			equal(*(uintptr_t *)live[i].lo, 0);
			fill(live[i], i);
		}
		within_bounds();
	}
	for (uint32_t i = 0; i < Live; i++) {
		if (live[i].lo) {
			verify(live[i], i);
			give(&own[i % 2], live[i]);
		}
	}
	within_bounds();
	purge(&own[0]);
	purge(&own[1]);
}

// One size on a P that has none.
static void halves(uint32_t order)
{
	uint32_t n = StackMin << order, fit = CacheSize / n;
	const uint32_t *size = &own[0].stackcache[order].size;
	Stack s[CacheSize / StackMin + 1];

	for (uint32_t i = 0; i <= fit; i++) {
		s[i] = alloc(&own[0], n);
		equal(*size, CacheSize / 2 - (i % (fit / 2) + 1) * n);
	}
	for (uint32_t i = 0; i < fit / 2 - 1; i++)
		alloc(&own[0], n); // what the last half left
	equal(*size, 0);
	for (uint32_t i = 0; i < fit; i++) {
		give(&own[0], s[i]);
		equal(*size, (i + 1) * n);
	}
	give(&own[0], s[fit]);
	equal(*size, CacheSize / 2 + n);
	equal(alloc(&own[0], n).lo, s[fit].lo); // the last one given is the first used
	purge(&own[0]);
	alloc(&own[1], n); // from the pool
	equal(own[1].stackcache[order].size, CacheSize / 2 - n);
	purge(&own[1]);
}

// ---- segments -------------------------------------------------------------------------

static Stack segs[Segments];

static int64_t virtual_pages(void)
{
	int fd = rt_open("/proc/self/statm", O_RDONLY, 0);
	char text[64];
	int64_t n = 0;

	check(rt_read(fd, text, sizeof text) > 0);
	rt_close(fd);
	for (const char *p = text; *p != ' '; p++)
		n = n * 10 + (*p - '0');
	return n;
}

static void dropfn(void *gp)
{
	dropsegment(gp);
}

// A goroutine that parks on its small stack gives its segment to own[0].
static void drop(Stack segment)
{
	static uintptr_t base[StackMin / PtrSize];
	G g = {
		.stack = { (uintptr_t)base, (uintptr_t)base + sizeof base },
		.segment = segment,
		.sched.sp = (uintptr_t)base + sizeof base - 64,
	};
	P *usual = borrowp(&own[0]);

	systemstack(dropfn, &g);
	returnp(usual);
	equal(g.segment.lo, 0);
	equal(g.fastguard, NoGuard);
}

static void segments(void)
{
	// The guard and the way to it are larger where code does not check.
	uint32_t below = goroutineStack == StackSegment ? StackBelow : StackGuardArea;
	int64_t pages = (StackSegment + below) / 4096;
	int64_t all, kept;

	for (int i = 0; i < Segments; i++)
		segs[i] = alloc(&own[0], StackSegment);
	equal(own[0].nsegcache, 0);
	all = virtual_pages();
	for (int i = 0; i < Segments; i++) {
		drop(segs[i]);
		equal(own[0].nsegcache, min(i + 1, SegCacheSize));
		if (i == SegCacheSize + MaxFree - 1)
			equal(virtual_pages(), all);
	}
	kept = virtual_pages();
	equal(all - kept, (Segments - SegCacheSize - MaxFree) * pages);
	purge(&own[0]); // the pool is full
	equal(kept - virtual_pages(), SegCacheSize * pages);
	for (int i = 0; i < MaxFree; i++)
		alloc(&own[0], StackSegment);
	equal(kept - virtual_pages(), SegCacheSize * pages);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	random_use();
	for (uint32_t o = 0; o < NumStackOrders; o++)
		halves(o);
	segments();
	return 0;
}
