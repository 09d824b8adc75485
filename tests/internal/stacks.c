// tests/internal/stacks.c - where stacks are, and what guards them.
//
// Promises: a system stack or a segment has the size that was asked for, all of it can be
// used, and the memory below it cannot; two never overlap; one that is given back is the
// next of its size; a segment is 64 MiB, its top is aligned to 16, and neighbours' tops
// differ within a page. A goroutine starts on 2 KiB, and runs on a segment, one of its own,
// while a frame does not fit. (stackpool.c has the small stacks.)
// compilers: gcc
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "internal.h"

enum { Many = 40 };

static int zeros; // /dev/zero

// Whether the kernel can write there: it says so without a fault of ours.
static bool writable(uintptr_t p)
{
	int64_t n = rt_read(zeros, (void *)p, 1);

	check(n == 1 || n == -EFAULT);
	return n == 1;
}

typedef struct {
	uint32_t size;
	Stack stk;
} Request;

static void allocfn(void *arg)
{
	Request *r = arg;

	r->stk = stackalloc(r->size);
}

static Stack alloc(uint32_t size)
{
	Request r = { .size = size };

	systemstack(allocfn, &r);
	equal(r.stk.hi - r.stk.lo, size);
	equal(r.stk.hi % 16, 0);
	return r.stk;
}

static void freefn(void *arg)
{
	stackfree(*(Stack *)arg);
}

static void give(Stack stk)
{
	systemstack(freefn, &stk);
}

static void look(Stack stk)
{
	uintptr_t page = physPageSize;

	check(writable(stk.hi - 1));
	check(writable(stk.lo));
	check(writable(stk.lo + (stk.hi - stk.lo) / 2));
	// The last page above the guard may belong to a neighbour's shift.
	for (uintptr_t off = page + 1; off <= StackGuardArea - page; off += page)
		check(!writable(stk.lo - off));
}

static void apart(const Stack *s, int n, uintptr_t gap)
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < i; j++)
			check(s[i].hi + gap <= s[j].lo || s[j].hi + gap <= s[i].lo);
	}
}

static void same_stack(Stack a, Stack b)
{
	equal(a.lo, b.lo);
	equal(a.hi, b.hi);
}

static void system_stacks(void)
{
	static const uint32_t sizes[] = { 32 << 10, 64 << 10, 1 << 20 };
	Stack s[nelem(sizes) * Many];
	int n = 0;

	for (uint32_t i = 0; i < nelem(sizes); i++) {
		for (int j = 0; j < Many; j++) {
			s[n] = alloc(sizes[i]);
			equal(s[n].hi % physPageSize, 0);
			look(s[n++]);
		}
	}
	apart(s, n, StackGuardArea / 2);
	for (int i = 0; i < n; i++)
		give(s[i]);
	for (int i = n - 1; i >= 0; i--) { // the last one given is the first used
		Stack again = alloc((uint32_t)(s[i].hi - s[i].lo));

		same_stack(again, s[i]);
		look(again);
	}
	for (int i = 0; i < n; i++)
		give(s[i]);
}

static void segments(void)
{
	Stack s[Many];
	uint32_t tops = 0;

	for (int i = 0; i < Many; i++) {
		s[i] = alloc(StackSegment);
		look(s[i]);
		if (i > 0)
			tops += s[i].hi % physPageSize != s[i - 1].hi % physPageSize;
	}
	check(tops >= Many / 2);
	apart(s, Many, StackGuardArea / 2);
	for (int i = 0; i < Many; i++)
		give(s[i]);
	for (int i = Many - 1; i >= 0; i--)
		same_stack(alloc(StackSegment), s[i]);
	for (int i = 0; i < Many; i++)
		give(s[i]);
}

static rt_waitgroup all, over;
static Stack stacks[Many], segs[Many];

static __attribute__((noinline)) void onsegment(intptr_t i)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	volatile char big[16 << 10];
	const G *gp = getg();

	big[0] = 1;
	equal(frame % 16, 0);
	equal(gp->segment.hi - gp->segment.lo, StackSegment);
	equal(gp->segment.hi % 16, 0);
	check(frame < gp->segment.hi);
	check(gp->segment.hi - frame < 256);
	check(gp->segment.lo < (uintptr_t)big);
	equal(gp->segguard, gp->segment.lo + StackGuard);
	equal(gp->fastguard, gp->stack.lo + StackGuard);
	look(gp->segment);
	segs[i] = gp->segment;
	rt_waitgroup_done(&all);
	rt_waitgroup_wait(&all); // all exist at once
	equal(gp->segment.lo, segs[i].lo);
	equal(big[0], 1);
}

static void goroutine(void *arg)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	const G *gp = getg();

	equal(frame % 16, 0);
	equal(gp->stack.hi - gp->stack.lo, StackMin);
	equal(gp->stack.hi % 16, 0);
	equal(gp->stktopsp % 16, 0);
	check(frame < gp->stktopsp);
	check(gp->stack.hi - frame < 256);
	check(gp->stackguard0 == gp->stack.lo + StackGuard ||
	      gp->stackguard0 == StackPreempt);
	equal(gp->stackguard1, -1);
	stacks[(intptr_t)arg] = gp->stack;
	onsegment((intptr_t)arg);
	rt_gosched(); // gives the segment back
	equal(gp->segment.lo, 0);
	equal(gp->fastguard, NoGuard);
	rt_waitgroup_done(&over);
}

static void goroutines(void)
{
	rt_waitgroup_add(&all, Many);
	rt_waitgroup_add(&over, Many);
	for (intptr_t i = 0; i < Many; i++)
		rt_go(goroutine, (void *)i);
	rt_waitgroup_wait(&over);
	apart(stacks, Many, 0);
	apart(segs, Many, StackGuardArea / 2);
}

static void mstacks(void)
{
	for (M *mp = allm; mp; mp = mp->alllink) {
		check(mp->g0->stack.lo < mp->g0->stack.hi);
		equal(mp->gsignal->stack.hi % physPageSize, 0);
		check(mp->gsignal->stack.hi - mp->gsignal->stack.lo >= 32 << 10);
		look(mp->gsignal->stack);
		if (mp != &m0) { // that one's is the kernel's
			equal(mp->g0->stack.hi - mp->g0->stack.lo, 64 << 10);
			look(mp->g0->stack);
		}
	}
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	zeros = rt_open("/dev/zero", O_RDONLY, 0);
	check(zeros >= 0);
	system_stacks();
	segments();
	goroutines();
	mstacks();
	return 0;
}
