// stack.c - stacks for goroutines, schedulers and signal handlers.
//
// Small stacks, of 2, 4, 8 or 16 KiB, have no guards of their own: what runs on them checks
// (sched/morestack.c). They come from a cache per P and a pool behind it, by order:
// log2(size / 2 KiB). The pool has them from spans of the heap, which go back there when all
// stacks of one are free.
//
//	a StackClass span is on stackpool.free[order] while nfree > 0; its free stacks are
//	those on s->stacks and those from s->scan on
//
// A program with many goroutines touches a new page for every two. Asked for 64 KiB at a
// time, a page costs the kernel three quarters of what it costs by a fault. Where there are more
// than 64 MiB of stacks, spans are made four at a time, as a block whose memory is asked for as one huge
// page. Where the kernel has free huge pages, that costs a fifth of what the block's small pages cost.
// Where it must first move other pages away, or the host of a virtual machine gives it memory
// 4 KiB at a time, it can cost five times as much. So each block's time is measured, and after one
// that was too dear the next spans are made one by one.
//
// A segment is 64 MiB of address space. Memory comes to it page by page as it is touched.
// Below each segment and each system stack is a guard: a touch of it is the error "stack
// overflow", never a write into the neighbour. Where all code is checked, 64 KiB are more than
// enough. Unchecked code has frames of any size, each with a return address at its lower
// end: a guard of 1 MiB catches all that are smaller.
//
//	... | guard | stack of n bytes ........... hi | guard | stack ...
//	    ^base   ^lo                               ^ next slot's base
//
// Segment tops are shifted by a few cache lines from one to the next. Otherwise the hot
// frames of all goroutines would compete for a few sets of the caches. The page between guard
// and stack takes up the shift, so that all segments are of one size. Free segments and system
// stacks wait in stackLarge, by size; more than a few segments go back to the system.
//
// Before Linux 6.13 a guard is a mapping, and splits what would be one mapping with its neighbours. A
// process may have vm.max_map_count of them. Where every goroutine has a segment, only the first ones
// have a guard then (MAPPEDGUARDS).
//
// built: unchecked libc
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/base/replay.h"
#include "runtime/base/valgrind.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

enum {
	Colours = 16,
	ColourStep = 192, // three cache lines; all shifts fit in a page
	NumOrders = 32,
	StackCacheSize = 32 << 10, // a P's, for each order of small stacks
	StackSpanPages = (512 << 10) / HeapPage,
	MaxFreeSegments = 64,
	SegmentBatch = 8,
	LargeGuard = 1 << 20,
	FewSlots = 16,           // system stacks above a large guard that is a mapping
	SystemStacks = 1 << 20, // address space for those of five Ms
	TableReach = 2 << 20, // so much address space has its page table entries in a page
	PopulateBytes = 64 << 10,
	BlocksFrom = Stress ? 1 : (64 << 20) / (StackSpanPages * HeapPage), // spans in use
	BlockTime = 600 * 1000, // ns: small pages for a block take 300 to 700 us
};

// A free stack's list link lives at its top.
typedef struct FreeStack FreeStack;
struct FreeStack {
	FreeStack *next;
	Stack stk;
};

static struct {
	Mutex lock;
	FreeStack *free[NumOrders]; // by log2 of the size, a power of two
	uint32_t nsegments;         // on their list
	Stack slots;                // address space for segments, reserved for the next
} stackLarge;

// Spans with small stacks that no P keeps.
static struct {
	Mutex lock;
	Spanlist free[NumStackOrders];
	uint32_t fresh;  // set by poolalloc: so many bytes without memory begin with what it returns
	Mspan *spare;    // spans of a block that are not used yet
	uint32_t nspans; // spans in use
	uint32_t small;  // spans to make one by one before the next block
	uint32_t pause;  // what small was set to after the last slow block; 0 after a fast one
} stackpool;

// Of goroutines' and threads' stacks, and what is left free between a segment and its guard.
static uintptr_t guardarea = StackGuardArea, slack;

static uint32_t nsegments; // made so far,
static uint32_t nunmapped; // and how many of them are gone

#ifdef RT0_NO_SPLIT
uint32_t goroutineStack = StackSegment;
#else
uint32_t goroutineStack = StackMin;
#endif

// The linker defines it, at rtcc's word, for a program with code that does not check.
extern const char __rt0_segments[] WEAK;

STEP void stackinit(void)
{
	if (__rt0_segments)
		goroutineStack = StackSegment;
	else if (Libc && Split && !onvalgrind())
		goroutineStack = StackDense;
	if (goroutineStack == StackSegment || Libc) {
		guardarea = LargeGuard;
		slack = TableReach - LargeGuard;
	}
	guardarea = max(guardarea, 2 * physPageSize); // one to fault, one for the shift
	valgrindRegisterStacks();
	lockInit(&stackLarge.lock, RankStack);
	lockInit(&stackpool.lock, RankStackPool);
}

static uint32_t order(uintptr_t n)
{
	return 63 - (uint32_t)__builtin_clzl(n);
}

static NORETURN void nomemory(uintptr_t n)
{
	print("runtime: cannot reserve %lu bytes for a stack\n", n);
	throw("runtime: out of memory");
}

static NORETURN void cannotguard(void)
{
	print("runtime: cannot map a stack with its guard; see vm.max_map_count, ulimit -d\n");
	throw("runtime: out of memory");
}

// Below a slot, and above it; both stay when the slot goes.
static uintptr_t slotgap(void)
{
	return onvalgrind() ? ValgrindStackGap : 0;
}

// A system stack, which is never unmapped: several are cut from one mapping. It may become resident
// as a whole if the program locks its memory. A guard of 1 MiB has 255 entries in the page table,
// which cost more than a mapping does, to make and at the end: the first ones are mappings.
static uintptr_t slotalloc(uintptr_t n)
{
	static uintptr_t next, end; // under stackLarge.lock
	static uint32_t nslots;
	uintptr_t size = slotgap() + guardarea + n + slotgap(), base;
	bool mapped;

	lock(&stackLarge.lock);
	if (end - next < size) {
		uintptr_t more = max(size, (uintptr_t)SystemStacks);

		next = (uintptr_t)sysReserve(NULL, more);
		if (next == 0) // there may be a limit (ulimit -v)
			next = (uintptr_t)sysReserve(NULL, more = size);
		if (next == 0)
			nomemory(n);
		end = next + more;
	}
	base = next + slotgap();
	next += size;
	mapped = guardarea == LargeGuard && nslots++ < FewSlots;
	unlock(&stackLarge.lock);
	if (mapped && sysGuardMapped((void *)base, guardarea - physPageSize))
		return base;
	if (!sysGuard((void *)base, guardarea - physPageSize))
		cannotguard();
	return base;
}

// The address space at slot becomes a stack of n bytes above a guard.
static void mapslot(uintptr_t slot, uintptr_t guard, uintptr_t n)
{
	if (!sysMapGuarded((void *)slot, guard - physPageSize, guard + n))
		cannotguard();
}

// n bytes at LargeGuard above a multiple of TableReach, a multiple of it themselves: by
// choice directly below those before. 0: there are none.
static uintptr_t reservealigned(uintptr_t n)
{
	static uintptr_t last; // no more than a hint
	uintptr_t base = last, all = n + TableReach, p;

	base = (uintptr_t)sysReserveNone((void *)(base != 0 ? base - n : 0), n);
	if (base != 0 && base % TableReach != LargeGuard) {
		sysFree((void *)base, n);
		p = (uintptr_t)sysReserveNone(NULL, all);
		if (p == 0)
			return 0;
		base = ((p + TableReach - LargeGuard) & ~((uintptr_t)TableReach - 1)) + LargeGuard;
		sysFree((void *)p, base - p);
		if (base + n < p + all)
			sysFree((void *)(base + n), p + all - (base + n));
	}
	if (base != 0)
		last = base;
	return base;
}

// Where code does not check, each goroutine has one of these, and a guard that is marked in the page
// table costs as much of it as the stack. So the guard has its entries in the page that
// has those of the next lower segment's top: it begins where that ends, in the middle of
// what a page of table reaches.
static uintptr_t reserveslots(uintptr_t n)
{
	return slack == 0 || onvalgrind() ? (uintptr_t)sysReserveNone(NULL, n) : reservealigned(n);
}

// Address space for several segments costs the kernel no more than for one. They are taken from
// the top down, so that they become one mapping.
static uintptr_t segmentslot(void)
{
	uintptr_t size = slotgap() + guardarea + slack + StackSegment + slotgap(), slot;
	uintptr_t batch = min(atomic_load_relaxed(&nsegments), (uint32_t)SegmentBatch) * size;
	Stack *slots = &stackLarge.slots;

	lock(&stackLarge.lock);
	if (slots->hi == slots->lo) {
		slots->lo = reserveslots(batch);
		if (slots->lo == 0) { // there may be a limit (ulimit -v)
			batch = size;
			slots->lo = reserveslots(batch);
		}
		if (slots->lo == 0)
			nomemory(StackSegment);
		slots->hi = slots->lo + batch;
	}
	slot = slots->hi -= size;
	unlock(&stackLarge.lock);
	return slot + slotgap();
}

// May one more guard be a mapping? Each is made while there are no more segments than that, so that
// there are no more guards.
static bool guardwanted(void)
{
	return MAPPEDGUARDS == UINT32_MAX ||
	       atomic_load_relaxed(&nsegments) - atomic_load_relaxed(&nunmapped) <= MAPPEDGUARDS;
}

// With no guard, if the kernel has none but such. With none the segment's top is in the middle of
// what may be one large page.
static void mapunguarded(uintptr_t slot, uintptr_t n)
{
	if (syscall3(__NR_madvise, slot, guardarea - physPageSize, MADV_GUARD_INSTALL) != 0) {
		sysLazy((void *)slot, n);
		syscall3(__NR_madvise, slot, n, MADV_NOHUGEPAGE);
	}
	if (!sysMap((void *)slot, n))
		cannotguard();
}

static Stack segmentalloc(void)
{
	uint32_t colour = atomic_xadd(&nsegments, 1) % Colours;
	uintptr_t slot = segmentslot();
	uintptr_t hi = slot + guardarea + slack + StackSegment - colour * ColourStep;

	if (guardwanted())
		mapslot(slot, guardarea, slack + StackSegment);
	else
		mapunguarded(slot, guardarea + slack + StackSegment);
	return (Stack){ hi - StackSegment, hi };
}

Stack cgostackalloc(uintptr_t n)
{
	uintptr_t all = slotgap() + LargeGuard + n + slotgap();
	uintptr_t slot = (uintptr_t)sysReserveNone(NULL, all), lo;

	if (slot == 0)
		nomemory(n);
	slot += slotgap();
	mapslot(slot, LargeGuard, n);
	lo = slot + LargeGuard;
	return (Stack){ lo, lo + n };
}

void cgostackfree(Stack stk)
{
	uintptr_t base = stk.lo - LargeGuard;

	sysFree((void *)base, alignup(stk.hi, physPageSize) - base);
}

// A free stack of this size, or a new one.
static Stack largestack(uint32_t n)
{
	FreeStack **list = &stackLarge.free[order(n)];
	FreeStack *f;
	uintptr_t lo;

	lock(&stackLarge.lock);
	f = *list;
	if (f) {
		*list = f->next;
		stackLarge.nsegments -= n == StackSegment;
	}
	unlock(&stackLarge.lock);
	if (f)
		return f->stk;
	if (n == StackSegment)
		return segmentalloc();
	lo = slotalloc(n) + guardarea;
	return (Stack){ lo, lo + n };
}

uintptr_t segmentbottom(Stack stk)
{
	return alignup(stk.hi, physPageSize) - StackSegment - slack - physPageSize;
}

static void segmentfree(Stack stk)
{
	uintptr_t top = alignup(stk.hi, physPageSize);
	uintptr_t n = guardarea + slack + StackSegment;

	atomic_xadd(&nunmapped, 1);
	if (freshstacks())
		__rt0_unmap(top - n, n);
	else if (MAPPEDGUARDS == UINT32_MAX)
		sysFree((void *)(top - n), n);
	else if (syscall3(__NR_munmap, top - n, n, 0) != 0) // it would split a mapping, of too many
		sysUnused((void *)(top - n + guardarea), n - guardarea, false);
}

static void largefree(Stack stk)
{
	uintptr_t n = stk.hi - stk.lo;
	FreeStack *f = (FreeStack *)stk.hi - 1;
	bool keep = true;

	lock(&stackLarge.lock);
	if (n == StackSegment)
		keep = stackLarge.nsegments < MaxFreeSegments && !freshstacks();
	if (keep) {
		*f = (FreeStack){ stackLarge.free[order(n)], stk };
		stackLarge.free[order(n)] = f;
		stackLarge.nsegments += n == StackSegment;
	}
	unlock(&stackLarge.lock);
	if (!keep)
		segmentfree(stk);
}

void freestacks(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg)
{
	lock(&stackLarge.lock);
	for (uint32_t o = 0; o < NumOrders; o++) {
		for (const FreeStack *f = stackLarge.free[o]; f; f = f->next)
			fn(f->stk.lo, f->stk.hi, arg);
	}
	unlock(&stackLarge.lock);
}

// ---- small stacks --------------------------------------------------------------------

static uint32_t smallorder(uintptr_t n)
{
	return order(n) - order(StackMin);
}

static uint32_t spanstacks(uint32_t o)
{
	return StackSpanPages * HeapPage / StackMin >> o;
}

// Is the next span to be one of a block? Not in replay, because a clock decides.
static bool wantsblock(void) HOLDS(stackpool.lock)
{
	if (stackpool.nspans < BlocksFrom || physPageSize != 4096 || onvalgrind() || REPLAYING)
		return false;
	if (stackpool.small == 0)
		return true;
	stackpool.small--;
	return false;
}

// Adds a span for this order. Sets stackpool.fresh if it is the first one of a block.
static void poolgrow(uint32_t o) HOLDS(stackpool.lock)
{
	uint32_t size = (uint32_t)StackMin << o;
	Mspan *s = stackpool.spare;

	if (!s && wantsblock()) {
		s = spansalloc(StackClass, StackSpanPages, size);
		if (s)
			stackpool.fresh = HugePage;
		else
			stackpool.small = BlocksFrom; // the place of the next span is among used ones
	}
	if (s)
		stackpool.spare = s->next;
	else
		s = spanalloc(StackClass, StackSpanPages, size, 0);
	if (!s)
		throw("runtime: out of memory");
	s->size = size;
	s->nfree = (uint16_t)spanstacks(o);
	spanpush(&stackpool.free[o], s);
	stackpool.nspans++;
}

// A stack of this order. Sets stackpool.fresh, which the caller may leave alone.
static uintptr_t poolalloc(uint32_t o) HOLDS(stackpool.lock)
{
	Mspan *s;
	uintptr_t p;

	stackpool.fresh = 0;
	if (!stackpool.free[o].head)
		poolgrow(o);
	s = stackpool.free[o].head;
	p = s->stacks;
	if (p) {
		s->stacks = *(uintptr_t *)p;
	} else {
		p = s->base + s->scan * s->size;
		// Not at 0: a small program needs no more than the first.
		if (s->zeroed && s->scan > 0 && s->scan * s->size % PopulateBytes == 0)
			stackpool.fresh = PopulateBytes;
		s->scan++;
	}
	if (--s->nfree == 0)
		spanremove(&stackpool.free[o], s);
	return p;
}

// Gives the spare spans back, because where stacks are freed no new ones are needed soon.
static void freespares(void) HOLDS(stackpool.lock)
{
	Mspan *s;

	while (s = stackpool.spare, s) {
		stackpool.spare = s->next;
		spanfree(s);
	}
}

static void poolfree(uintptr_t p, uint32_t o) HOLDS(stackpool.lock)
{
	Mspan *s = spanof(p);

	must(s && s->class == StackClass && s->size == (uint32_t)StackMin << o);
	*(uintptr_t *)p = s->stacks;
	s->stacks = p;
	if (s->nfree++ == 0)
		spanpush(&stackpool.free[o], s);
	if (s->nfree == spanstacks(o)) {
		spanremove(&stackpool.free[o], s);
		spanfree(s);
		stackpool.nspans--;
		freespares();
	}
}

// Gives the n bytes at p memory. Not under the lock, because it takes 20 us, and ten times that for a
// block. The caller has p, so that its span stays. Meanwhile the block's other spans may be freed and
// given back to the kernel: then they get memory that nobody uses.
static void populate(uintptr_t p, uint32_t n)
{
	int64_t t;
	bool done;

	if (n != HugePage)
		return sysPopulate((void *)p, n);
	t = threadtime();
	done = sysPopulateHuge((void *)p, n);
	t = threadtime() - t;
	// A slow block is followed by a pause, the next slow one by a pause four times as long.
	lock(&stackpool.lock);
	if (done && t < BlockTime)
		stackpool.pause = 0;
	else
		stackpool.small = stackpool.pause = max(stackpool.pause * 4, 2 * BlocksFrom);
	unlock(&stackpool.lock);
}

// Half a cache of stacks for pp; the first of them are four, for the goroutines of the start: their
// links touch their pages.
static void stackcacherefill(P *pp, uint32_t o)
{
	uint32_t want = allglen > 0 ? StackCacheSize / 2 : 4 * StackMin;

	lock(&stackpool.lock);
	while (pp->stackcache[o].size < want) {
		uintptr_t p = poolalloc(o);
		uint32_t n = stackpool.fresh;

		if (n > 0) {
			unlock(&stackpool.lock);
			populate(p, n);
			lock(&stackpool.lock);
		}
		*(uintptr_t *)p = pp->stackcache[o].list;
		pp->stackcache[o].list = p;
		pp->stackcache[o].size += StackMin << o;
	}
	unlock(&stackpool.lock);
}

static void stackcacherelease(P *pp, uint32_t o, uint32_t keep)
{
	lock(&stackpool.lock);
	while (pp->stackcache[o].size > keep) {
		uintptr_t p = pp->stackcache[o].list;

		pp->stackcache[o].list = *(uintptr_t *)p;
		pp->stackcache[o].size -= StackMin << o;
		poolfree(p, o);
	}
	unlock(&stackpool.lock);
}

static Stack smallalloc(uint32_t n)
{
	P *pp = getg()->m->p;
	uint32_t o = smallorder(n);
	uintptr_t p;

	if (pp) {
		if (pp->stackcache[o].size == 0)
			stackcacherefill(pp, o);
		p = pp->stackcache[o].list;
		pp->stackcache[o].list = *(uintptr_t *)p;
		pp->stackcache[o].size -= n;
	} else {
		lock(&stackpool.lock);
		p = poolalloc(o);
		unlock(&stackpool.lock);
	}
	*(uintptr_t *)p = 0; // the link
	return (Stack){ p, p + n };
}

static void smallfree(Stack stk)
{
	P *pp = getg()->m->p;
	uint32_t n = (uint32_t)(stk.hi - stk.lo), o = smallorder(n);

	if (pp) {
		if (pp->stackcache[o].size >= StackCacheSize)
			stackcacherelease(pp, o, StackCacheSize / 2);
		*(uintptr_t *)stk.lo = pp->stackcache[o].list;
		pp->stackcache[o].list = stk.lo;
		pp->stackcache[o].size += n;
		return;
	}
	lock(&stackpool.lock);
	poolfree(stk.lo, o);
	unlock(&stackpool.lock);
}

void stackpurge(P *pp)
{
	for (uint32_t o = 0; o < NumStackOrders; o++)
		stackcacherelease(pp, o, 0);
	while (pp->nsegcache > 0)
		stackfree(pp->segcache[--pp->nsegcache]);
}

// ---- numbers -------------------------------------------------------------------------

void stackstats(struct rt_memstats *m)
{
	int32_t n = atomic_load_acquire(&gomaxprocs); // first: allp has at least so many
	P **ps = atomic_load_acquire(&allp);

	lock(&stackLarge.lock);
	m->segments = atomic_load_relaxed(&nsegments) - atomic_load_relaxed(&nunmapped);
	m->segments_free = stackLarge.nsegments;
	unlock(&stackLarge.lock);
	for (int32_t i = 0; i < n; i++)
		m->segments_free += (uint32_t)atomic_load_relaxed(&ps[i]->nsegcache);
}

// ---- any stack -------------------------------------------------------------------------

STEP Stack stackalloc(uint32_t n)
{
	if (Libc && n == StackDense)
		return densealloc();
	if ((n & (n - 1)) != 0)
		throw("stack size not a power of 2");
	return n < StackMin << NumStackOrders ? smallalloc(n) : largestack(n);
}

void stackfree(Stack stk)
{
	valgrindMakeMemUndefined(stk.lo, stk.hi - stk.lo);
	if (Libc && stk.hi - stk.lo == StackDense)
		densefree(stk);
	else if (stk.hi - stk.lo < StackMin << NumStackOrders)
		smallfree(stk);
	else
		largefree(stk);
}
