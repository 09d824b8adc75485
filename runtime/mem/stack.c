// stack.c - stacks for goroutines, schedulers and signal handlers.
//
// A goroutine's stack is a segment of 64 MiB of address space. Memory comes to it page by
// page as it is touched. Below each stack lies a guard: a touch of it is the error "stack
// overflow", never a write into the neighbour.
//
//	... | guard | stack of n bytes ........... hi | guard | stack ...
//	    ^base   ^lo                               ^ next slot's base
//
// Segments are cut from the address space in order, so that a guard and the busy top of
// the stack below it share a page table. Dead goroutines keep theirs (sched/g.c), until the
// scavenger gives it back to the system. The stacks of Ms that ended wait in stackLarge, by
// size.
//
// Stack tops are shifted by a few cache lines from one segment to the next. Otherwise the
// hot frames of all goroutines would compete for the same few sets of the caches. The page
// between guard and stack takes up the shift, so that all have the same size.
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"

enum {
	ShiftPage = 4096,
	Colours = 16,
	ColourStep = 192, // three cache lines; all shifts fit in ShiftPage
	NumOrders = 32,
};

// A free stack's list link lives at its top.
typedef struct FreeStack FreeStack;
struct FreeStack {
	FreeStack *next;
	Stack stk;
};

static struct {
	Mutex lock;
	FreeStack *free[NumOrders]; // by log2 of the size
} stackLarge;

static uint32_t nsegments; // handed out so far

STEP void stackinit(void)
{
	lockInit(&stackLarge.lock, RankStack);
	if (StackGuardArea % physPageSize != 0)
		throw("runtime: cache size must be a multiple of page size");
}

static uint32_t order(uintptr_t n)
{
	return 63 - (uint32_t)__builtin_clzl(n);
}

static uintptr_t slotalloc(uintptr_t n)
{
	uintptr_t base = (uintptr_t)sysReserve(StackGuardArea + n);

	if (base == 0) {
		print("runtime: cannot reserve %lu bytes for a stack\n", n);
		throw("runtime: out of memory");
	}
	if (!sysGuard((void *)base, StackGuardArea - ShiftPage)) {
		print("runtime: cannot guard a stack; see vm.max_map_count\n");
		throw("runtime: out of memory");
	}
	return base;
}

static Stack segmentalloc(void)
{
	uint32_t colour = atomic_xadd(&nsegments, 1) % Colours;
	uintptr_t top = slotalloc(StackSegment) + StackGuardArea + StackSegment;
	uintptr_t hi = top - colour * ColourStep;

	return (Stack){ hi - StackSegment, hi };
}

static Stack largealloc(uint32_t n)
{
	FreeStack **list = &stackLarge.free[order(n)];
	FreeStack *f;
	uintptr_t lo;

	lock(&stackLarge.lock);
	f = *list;
	if (f)
		*list = f->next;
	unlock(&stackLarge.lock);
	if (f)
		return f->stk;
	lo = slotalloc(n) + StackGuardArea;
	return (Stack){ lo, lo + n };
}

STEP Stack stackalloc(uint32_t n)
{
	if (n % physPageSize != 0)
		throw("stack size not a multiple of the page size");
	return n == StackSegment ? segmentalloc() : largealloc(n);
}

static void segmentfree(Stack stk)
{
	uintptr_t top = alignup(stk.hi, (uintptr_t)ShiftPage);
	uintptr_t n = StackGuardArea + StackSegment;

	sysFree((void *)(top - n), n);
}

void stackfree(Stack stk)
{
	uintptr_t n = stk.hi - stk.lo;
	FreeStack *f = (FreeStack *)stk.hi - 1;

	if (n == StackSegment) {
		segmentfree(stk);
		return;
	}

	*f = (FreeStack){ .stk = stk };
	lock(&stackLarge.lock);
	f->next = stackLarge.free[order(n)];
	stackLarge.free[order(n)] = f;
	unlock(&stackLarge.lock);
}
