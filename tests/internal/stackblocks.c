// tests/internal/stackblocks.c - where there are many stacks, their spans are made four at a time.
//
// Promises: beyond 64 MiB of stacks some spans are made four at a time, fill 2 MiB, and have memory
// before they are used; no stack overlaps another one. When all are free again, the spans go back to
// the heap, unused ones, too, and the scavenger gives their memory back to the kernel.
// arch: not qemu: it promises to give memory (MADV_POPULATE_WRITE) and gives none
// timeout: 120
#include "internal.h"

#include "runtime/mem/mheap.h"

enum { Stacks = 70 << 20 >> 11, HugePages = HugePage >> 12 };

static Stack stacks[Stacks];
static int blocks;

// Is p in the first span of a block whose others are not used yet? Then all of it is resident.
static void look(uintptr_t p)
{
	unsigned char in[HugePages];
	uintptr_t base = p & -(uintptr_t)HugePage;
	const Mspan *last = spanof(base + HugePage - HeapPage);

	if (!last || last->class != StackClass || last->nfree + last->scan > 0 ||
	    spanof(p)->base != base)
		return;
	blocks++;
	equal(rt_syscall(SYS_mincore, base, HugePage, in), 0);
	for (int i = 0; i < HugePages; i++)
		check(in[i] & 1);
}

static void makeone(void *stk)
{
	*(Stack *)stk = stackalloc(StackMin);
}

static void freeone(void *stk)
{
	stackfree(*(Stack *)stk);
}

static void purge(void *p)
{
	(void)p;
	stackpurge(getg()->m->p);
}

static void giveback(void *p)
{
	(void)p;
	while (scavengeone(true))
		;
}

// Bytes of the heap that have memory.
static uintptr_t resident(void)
{
	static unsigned char in[HugePages];
	uintptr_t n = 0;

	for (uint32_t page = 0; page < mheap.pages.end; page += HugePage / HeapPage) {
		equal(rt_syscall(SYS_mincore, mheap.base + (uintptr_t)page * HeapPage, HugePage, in), 0);
		for (int i = 0; i < HugePages; i++)
			n += in[i] & 1 ? 4096 : 0;
	}
	return n;
}

int rt_main(int nargs, char **args)
{
	uint64_t before;
	uintptr_t had;

	(void)nargs, (void)args;
	__builtin_memset(stacks, 0, sizeof stacks);
	systemstack(purge, NULL);
	systemstack(giveback, NULL);
	before = memstats.stacks_inuse;
	had = resident();
	for (int i = 0; i < Stacks; i++) {
		systemstack(makeone, &stacks[i]);
		*(int *)stacks[i].lo = i;
		((int *)stacks[i].hi)[-1] = ~i;
		look(stacks[i].lo);
	}
	check(blocks > 0);
	check(resident() >= had + ((uintptr_t)Stacks << 11));
	for (int i = 0; i < Stacks; i++) {
		equal(*(int *)stacks[i].lo, i);
		equal(((int *)stacks[i].hi)[-1], ~i);
	}
	for (int i = 0; i < Stacks; i++)
		systemstack(freeone, &stacks[i]);
	systemstack(purge, NULL);
	equal(memstats.stacks_inuse, before);
	systemstack(giveback, NULL);
	check(resident() < had + (1 << 20));
	heapcheck();
	return 0;
}
