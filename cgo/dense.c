// dense.c - the stacks that goroutines start on beside a C library.
//
// The library's code does not check for room, so there must be some wherever it is called. A
// dense stack has 32 KiB below its guard, for more than any function of the library needs
// that is not called on the segment (cgo/deep_amd64.S); checked code has 16 KiB above it. All
// that is address space: memory comes to it page by page, from the top. 32 stacks are a slab,
// which has its entries of the page table in one page. So a goroutine costs 4 KiB and 128
// bytes, where the first page of a segment and its page of the table are 8 KiB.
//
//	slab  | guard, 12 KiB | shift | 48 KiB .......... hi | shift | guard | ...
//	      ^slot, a multiple of 64 KiB
//	                              ^lo
//
// The tops are shifted by some cache lines from one to the next, as those of segments are.
//
// The guard is for code that nobody has measured: its frames must be smaller. Since Linux 6.13
// it is a mark in the page table. Before that it is a mapping of its own and splits its
// neighbours'; a process may have vm.max_map_count of them. So only the first stacks have
// one there, and the rest have none: a program of 100,000 goroutines must run, too.
//
// built: unchecked hot
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

enum {
	Slot = 64 << 10,
	Slab = 2 << 20, // the reach of a page of the page table
	SlabBatch = 16, // reserved by one call
	GuardBytes = 12 << 10,
	MappedGuards = 8 << 10, // 16,384 mappings of 65,530
	Colours = 8,
	ColourStep = 192,
	RoomForOthers = 16 << 20,
};

static struct {
	Mutex lock;
	uintptr_t *free; // room for all that there are
	uint32_t nfree, cap, n;
	Stack slots; // address space for the next, from the top down; whole slots
	uint32_t nmapped;
} dense = { .lock.rank = RANKED(RankStackPool) };

// n bytes of address space at a multiple of Slab: by choice directly below those before, so that
// they are one mapping. 0: there are none.
static uintptr_t reserveslabs(uintptr_t n)
{
	static uintptr_t last; // no more than a hint
	uintptr_t p = (uintptr_t)sysReserveNone((void *)(last != 0 ? last - n : 0), n), base = p;

	if (p % Slab != 0) {
		sysFree((void *)p, n);
		p = (uintptr_t)sysReserveNone(NULL, n + Slab);
		base = alignup(p, (uintptr_t)Slab);
		if (p != 0 && base != p)
			sysFree((void *)p, base - p);
		if (p != 0)
			sysFree((void *)(base + n), p + Slab - base);
	}
	if (p == 0)
		return 0;
	// One page that is touched must not become 512.
	syscall3(__NR_madvise, base, n, MADV_NOHUGEPAGE);
	return last = base;
}

static NORETURN void noslots(void)
{
	print("runtime: cannot reserve %u bytes for a stack\n", Slot);
	throw("runtime: out of memory");
}

// Slots for more stacks, and with them room for all on the free list. With dense.lock held.
static void growslots(void)
{
	uintptr_t n = dense.n == 0 ? Slab : SlabBatch * Slab;
	uintptr_t base = reserveslabs(n);

	if (base == 0) { // there may be a limit (ulimit -v)
		n = Slab;
		base = reserveslabs(n);
	}
	if (base == 0)
		noslots();
	dense.slots = (Stack){ base, base + n };
	if (dense.n + n / Slot > dense.cap) {
		uint32_t cap = max(2 * dense.cap, dense.n + (uint32_t)(n / Slot));
		uintptr_t *list = persistentalloc(cap * sizeof *list, PtrSize);

		__builtin_memcpy(list, dense.free, dense.nfree * sizeof *list);
		dense.free = list;
		dense.cap = cap;
	}
}

// A new stack. With dense.lock held.
static uintptr_t newslot(void)
{
	Stack *slots = &dense.slots;

	if (slots->lo == slots->hi)
		growslots();
	if (slots->hi % Slab == 0) {
		sysLazy((void *)(slots->hi - Slab), Slab);
		if (!sysMap((void *)(slots->hi - Slab), Slab))
			noslots();
	}
	dense.n++;
	return slots->hi -= Slot;
}

static void guardslot(uintptr_t slot)
{
	if (syscall3(__NR_madvise, slot, GuardBytes, MADV_GUARD_INSTALL) == 0)
		return;
	if (atomic_load_relaxed(&dense.nmapped) < MappedGuards &&
	    sysGuard((void *)slot, GuardBytes))
		atomic_xadd(&dense.nmapped, 1);
}

void freedense(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg)
{
	for (uint32_t i = 0; i < dense.nfree; i++)
		fn(dense.free[i], dense.free[i] + StackDense, arg);
}

Stack densealloc(void)
{
	uintptr_t lo = 0, slot = 0;
	uint32_t colour = 0;

	lock(&dense.lock);
	if (dense.nfree > 0) {
		lo = dense.free[--dense.nfree];
	} else {
		slot = newslot();
		colour = dense.n % Colours;
	}
	unlock(&dense.lock);
	if (lo == 0) {
		guardslot(slot);
		lo = slot + Slot - StackDense - colour * ColourStep;
	}
	return (Stack){ lo, lo + StackDense };
}

void densefree(Stack stk)
{
	uintptr_t slot = stk.lo & -(uintptr_t)Slot;

	sysUnused((void *)(slot + GuardBytes), Slot - GuardBytes, false);
	lock(&dense.lock);
	dense.free[dense.nfree++] = stk.lo;
	unlock(&dense.lock);
}

// ---- whether there is room ----------------------------------------------------------

// Is there one that needs no address space?
static bool densefound(void)
{
	uintptr_t hi = atomic_load_relaxed(&dense.slots.hi);

	return atomic_load_relaxed(&dense.nfree) > 0 ||
	       (hi % Slab != 0 && hi != atomic_load_relaxed(&dense.slots.lo));
}

// A try, with more than others may take meanwhile, or what else a new goroutine may need.
bool stackroom(void)
{
	uintptr_t n = RoomForOthers + (goroutineStack == StackDense ? (uint32_t)Slab : StackSegment);
	void *p;

	if (atomic_load_relaxed(&sched.gFree.nstack) > 0 ||
	    (goroutineStack == StackDense && densefound()))
		return true;
	p = sysReserve(NULL, n);
	if (p)
		sysFree(p, n);
	return p != NULL;
}
