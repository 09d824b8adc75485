// tests/unit/pagealloc.c - the page allocator against a naive model.
//
// Promises: a million random operations (take n pages, give them back, give memory back to
// the kernel, grow) find the lowest run that a loop over an array of bytes finds, and the block
// behind its start, count as many zero pages, and leave bitmaps and summaries that agree; runs that
// cross chunks and levels are found; when there is no room it says so.
// timeout: 120
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/mem/pagealloc.c"

enum { Chunks = 80, Pages = Chunks * ChunkPages, Live = 2000, Rounds = 1000000 };
enum { Used, Dirty, Zero };

NORETURN void
throw(const char *s)
{
	printf("FAIL throw: %s\n", s);
	exit(1);
}

static void
check(int ok, const char *what, unsigned long n)
{
	if (ok)
		return;
	printf("FAIL %s: %lu\n", what, n);
	exit(1);
}

static PageAlloc a;
static unsigned char model[Pages];
static unsigned end; // pages so far
static struct {
	uint32_t page, n;
} live[Live];
static unsigned nblocks;
static unsigned long seed = 88172645463325252;

static const unsigned Blocks[] = { 64, 128, 256, 512 };

static unsigned
next(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % n);
}

static uint32_t
modelfind(uint32_t n)
{
	for (uint32_t i = 0, run = 0; i < end; i++) {
		const unsigned char *used = run == 0 ? memchr(model + i, Dirty, end - i) : NULL;
		const unsigned char *zero = run == 0 ? memchr(model + i, Zero, end - i) : NULL;

		if (run == 0) { // on to the next free page
			if (!used && !zero)
				return NoPage;
			i = (uint32_t)((!used || (zero && zero < used) ? zero : used) - model);
		}
		run = model[i] == Used ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return NoPage;
}

static void
grow(uint32_t n)
{
	if (end + n * ChunkPages > Pages)
		return;
	pagegrow(&a, n);
	memset(model + end, Zero, n * ChunkPages);
	end += n * ChunkPages;
}

static uint32_t
obtain(uint32_t n, uint32_t want, int known)
{
	uint32_t zero = 0, count = 0, page = pagealloc(&a, n, &zero);

	if (known)
		check(page == want, "lowest run", page);
	if (page == NoPage)
		return page;
	for (uint32_t i = page; i < page + n; i++) {
		check(model[i] != Used, "page in use", i);
		count += model[i] == Zero;
		model[i] = Used;
	}
	check(zero == count, "zero pages", zero);
	return page;
}

static void
give(uint32_t page, uint32_t n, int zero)
{
	pagefree(&a, page, n, zero);
	memset(model + page, zero ? Zero : Dirty, n);
}

// A block, from the lowest run on, if the kernel has all of it.
static void
block(uint32_t n, uint32_t pages)
{
	uint32_t page = modelfind(n), got;

	check(pagehasrun(&a, n) == (page != NoPage), "a run", n);
	got = pageallocblock(&a, n, pages);
	if (page != NoPage)
		page = (page + pages - 1) / pages * pages;
	for (uint32_t i = 0; i < pages && page != NoPage; i++) {
		if (page + i >= end || model[page + i] != Zero)
			page = NoPage;
	}
	check(got == page, "block", got);
	if (got == NoPage)
		return;
	nblocks++;
	memset(model + got, Used, pages);
	give(got, pages, next(2));
}

static uint32_t
size(void)
{
	switch (next(16)) {
	case 0:
		return 1 + next(2000);
	case 1:
	case 2:
		return 1 + next(200);
	default:
		return 1 + next(16);
	}
}

static void
scavenge(void)
{
	uint32_t n = 0, page = pagetakedirty(&a, &n);

	if (page == NoPage) {
		check(!memchr(model, Dirty, end), "dirty pages left", end);
		return;
	}
	for (uint32_t i = page; i < page + n; i++)
		check(model[i] == Dirty, "dirty page", i);
	give(page, n, 1);
}

static void
step(unsigned round)
{
	unsigned i = next(Live);
	// Looking in the model is slow: now and then.
	int known = round % 16 == 0;

	if (live[i].n > 0) {
		give(live[i].page, live[i].n, 0);
		live[i].n = 0;
	} else {
		uint32_t n = size();

		live[i].page = obtain(n, known ? modelfind(n) : 0, known);
		live[i].n = live[i].page == NoPage ? 0 : n;
	}
	if (round % 8 == 0)
		scavenge();
	if (round % 512 == 0)
		block(size(), Blocks[next(4)]);
	if (round % 4096 == 0) {
		pagecheck(&a);
		grow(1 + next(3));
	}
	if (round % 1024 == 0)
		for (unsigned p = next(16); p < end; p += 1 + next(97))
			check(pageisfree(&a, p) == (model[p] != Used), "pageisfree", p);
}

int
main(void)
{
	uint32_t zero;

	pageinit(&a, calloc(1, pagetables(Chunks)), Chunks);
	check(pagealloc(&a, 1, &zero) == NoPage, "nothing at first", 0);
	pagecheck(&a);
	grow(20);
	check(obtain(10000, 0, 1) == 0, "across chunks", 0);
	give(0, 10000, 0);
	check(obtain(20 * ChunkPages, 0, 1) == 0, "all", 0);
	check(pagealloc(&a, 1, &zero) == NoPage, "nothing left", 0);
	give(0, 20 * ChunkPages, 0);
	for (unsigned round = 0; round < Rounds; round++)
		step(round);
	pagecheck(&a);
	check(nblocks >= 50, "blocks", nblocks);
	for (unsigned i = 0; i < Live; i++)
		if (live[i].n > 0)
			give(live[i].page, live[i].n, 0);
	while (a.nfree != a.nzero)
		scavenge();
	pagecheck(&a);
	check(a.nfree == end && a.sums[PageLevels - 1][0].max == end, "all free again", end);
	check(!pageisfree(&a, end), "a page behind the end", end);
	return 0;
}
