// pagealloc.c - the page allocator: bitmaps and a tree of summaries.
//
//	sums[0][c] summarises chunks[c]; sums[l][i] summarises sums[l-1][8i .. 8i+7]
//	a page's zero bit is set only while its free bit is
//	nfree, nzero: the number of bits set
//
// Follows Go's mpagealloc.go and mpallocbits.go, with one fan-out at all levels.
//
// built: unchecked
#include "runtime/mem/pagealloc.h"

#include "machine.h"

enum { Fanout = 8 };

static uint32_t sumcount(uint32_t nchunks, uint32_t level)
{
	return ((nchunks - 1) >> 3 * level | (Fanout - 1)) + 1;
}

uintptr_t pagesums(uint32_t nchunks)
{
	uintptr_t n = 0;

	for (uint32_t l = 0; l < PageLevels; l++)
		n += sumcount(nchunks, l) * sizeof(PageSum);
	return n;
}

uintptr_t pagetables(uint32_t nchunks)
{
	return pagesums(nchunks) + nchunks * sizeof(PageChunk);
}

void pageinit(PageAlloc *a, void *tables, uint32_t nchunks)
{
	a->nchunks = nchunks;
	a->tables = tables;
	for (uint32_t l = 0; l < PageLevels; l++)
		a->sums[l] = a->smallsums[l];
	a->chunks = a->smallchunks;
}

// The heap is to have n more chunks: does it leave the small tables?
static void wanttables(PageAlloc *a, uint32_t n)
{
	PageSum *s = a->tables;

	if (!s || a->end / ChunkPages + n <= SmallChunks)
		return;
	a->tables = NULL;
	for (uint32_t l = 0; l < PageLevels; l++) {
		a->sums[l] = s;
		__builtin_memcpy(s, a->smallsums[l], sizeof a->smallsums[l]);
		s += sumcount(a->nchunks, l);
	}
	a->chunks = (PageChunk *)(void *)s; // sums are counted in eights
	__builtin_memcpy(a->chunks, a->smallchunks, sizeof a->smallchunks);
}

// ---- bits ---------------------------------------------------------------------------

// Returns the bits of word w that belong to [from, to), all within one chunk.
static uint64_t wordmask(uint32_t w, uint32_t from, uint32_t to)
{
	uint64_t m = ~(uint64_t)0;

	if (from > w * 64)
		m <<= from - w * 64;
	if (to < (w + 1) * 64)
		m &= ~(uint64_t)0 >> ((w + 1) * 64 - to);
	return m;
}

// Returns the first run of at least n ones, or ChunkPages; *sum, if not NULL, gets the
// summary.
static uint32_t findrun(const uint64_t *bits, uint32_t n, PageSum *sum)
{
	uint32_t run = 0, longest = 0, head = 0, i = 0;

	while (i < ChunkPages) {
		uint64_t x = bits[i / 64] >> i % 64;
		uint32_t left = 64 - i % 64, k;

		if (!(x & 1)) {
			k = x ? (uint32_t)__builtin_ctzl(x) : left;
			if (run == i)
				head = run;
			run = 0;
			i += k;
			continue;
		}
		k = ~x ? min((uint32_t)__builtin_ctzl(~x), left) : left;
		i += k;
		run += k;
		longest = max(longest, run);
		if (run >= n)
			return i - run;
	}
	if (sum)
		*sum = (PageSum){ run == ChunkPages ? run : head, longest, run };
	return ChunkPages;
}

static PageSum chunksum(const PageAlloc *a, uint32_t c)
{
	PageSum s = { 0 };

	findrun(a->chunks[c].free, ChunkPages + 1, &s);
	return s;
}

// ---- summaries ----------------------------------------------------------------------

static uint32_t levelpages(uint32_t level)
{
	return (uint32_t)ChunkPages << 3 * level;
}

// Returns the summary of the eight children of a node.
static PageSum merge(const PageSum *child, uint32_t size)
{
	PageSum s = { 0 };
	uint32_t run = 0; // ends with the child before

	for (uint32_t i = 0; i < Fanout; i++) {
		if (run == i * size)
			s.start = run + child[i].start;
		s.max = max(s.max, max(run + child[i].start, child[i].max));
		run = child[i].start == size ? run + size : child[i].end;
	}
	s.end = run;
	return s;
}

static bool setsum(PageSum *to, PageSum s)
{
	if (to->start == s.start && to->max == s.max && to->end == s.end)
		return false;
	*to = s;
	return true;
}

// Updates the summaries after the bits of the chunks [c, last] have changed.
static void updatesums(PageAlloc *a, uint32_t c, uint32_t last)
{
	bool changed = false;

	for (uint32_t i = c; i <= last; i++)
		changed |= setsum(&a->sums[0][i], chunksum(a, i));
	for (uint32_t l = 1; l < PageLevels && changed; l++) {
		c /= Fanout;
		last /= Fanout;
		changed = false;
		for (uint32_t i = c; i <= last; i++)
			changed |= setsum(&a->sums[l][i], merge(&a->sums[l - 1][i * Fanout],
			                                        levelpages(l - 1)));
	}
}

// ---- ranges -------------------------------------------------------------------------

// Inverts the free bits of n pages and makes their zero bits what zero says; returns how
// many of the latter were set.
static uint32_t setrange(PageAlloc *a, uint32_t page, uint32_t n, bool isfree, bool zero)
{
	uint32_t was = 0, end = page + n;

	for (uint32_t w = page / 64; w * 64 < end; w++) {
		PageChunk *k = &a->chunks[w / ChunkWords];
		uint64_t m = wordmask(w, page, end);
		uint64_t *f = &k->free[w % ChunkWords], *z = &k->zero[w % ChunkWords];

		must((*f & m) == (isfree ? 0 : m));
		was += (uint32_t)__builtin_popcountl(*z & m);
		*f ^= m;
		*z = zero ? *z | m : *z & ~m;
	}
	updatesums(a, page / ChunkPages, (end - 1) / ChunkPages);
	return was;
}

void pagegrow(PageAlloc *a, uint32_t n)
{
	uint32_t page = a->end;

	must(n <= a->nchunks - a->end / ChunkPages);
	wanttables(a, n);
	// updatesums reads these before it writes.
	touchpage(&a->chunks[a->end / ChunkPages]);
	for (uint32_t l = 0, node = a->end / ChunkPages; l < PageLevels; l++, node /= Fanout)
		touchpage(&a->sums[l][node]);
	a->end += n * ChunkPages;
	pagefree(a, page, n * ChunkPages, true);
}

void pageskip(PageAlloc *a, uint32_t n)
{
	must(n <= a->nchunks - a->end / ChunkPages);
	wanttables(a, n);
	a->end += n * ChunkPages;
}

void pagefree(PageAlloc *a, uint32_t page, uint32_t n, bool zero)
{
	setrange(a, page, n, true, zero);
	a->nfree += n;
	a->nzero += zero ? n : 0;
}

static void takerun(PageAlloc *a, uint32_t page, uint32_t n, uint32_t *zero)
{
	*zero = setrange(a, page, n, false, false);
	a->nfree -= n;
	a->nzero -= *zero;
}

bool pagehasrun(const PageAlloc *a, uint32_t n)
{
	return a->sums[PageLevels - 1][0].max >= n;
}

// Walks from the root down: into the first child that has n in a row, unless they begin
// before it and end in it.
static uint32_t findpages(const PageAlloc *a, uint32_t n)
{
	uint32_t node = 0;

	if (!pagehasrun(a, n))
		return NoPage;
	for (uint32_t l = PageLevels - 1; l > 0; l--) {
		const PageSum *s = &a->sums[l - 1][node * Fanout];
		uint32_t size = levelpages(l - 1), run = 0, i = 0;

		for (;; i++) {
			if (run + s[i].start >= n)
				return (node * Fanout + i) * size - run;
			if (s[i].max >= n)
				break;
			run = s[i].start == size ? run + size : s[i].end;
			must(i < Fanout - 1);
		}
		node = node * Fanout + i;
	}
	return node * ChunkPages + findrun(a->chunks[node].free, n, NULL);
}

uint32_t pagealloc(PageAlloc *a, uint32_t n, uint32_t *zero)
{
	uint32_t page = findpages(a, n);

	if (page != NoPage)
		takerun(a, page, n, zero);
	return page;
}

uint32_t pageallocblock(PageAlloc *a, uint32_t n, uint32_t block)
{
	uint32_t page = findpages(a, n), zero;
	const uint64_t *z;

	if (page == NoPage)
		return NoPage;
	page = alignup(page, block);
	if (page >= a->end)
		return NoPage;
	z = &a->chunks[page / ChunkPages].zero[page / 64 % ChunkWords];
	for (uint32_t w = 0; w < block / 64; w++) {
		if (~z[w])
			return NoPage;
	}
	takerun(a, page, block, &zero);
	return page;
}

uint32_t pagetakedirty(PageAlloc *a, uint32_t *n)
{
	uint32_t zero;

	if (a->nfree == a->nzero)
		return NoPage;
	for (uint32_t c = a->end / ChunkPages; c-- > 0;) {
		const PageChunk *k = &a->chunks[c];
		uint64_t dirty[ChunkWords];
		PageSum s = { 0 };
		uint32_t i;

		if (a->sums[0][c].max == 0)
			continue;
		for (uint32_t w = 0; w < ChunkWords; w++)
			dirty[w] = k->free[w] & ~k->zero[w];
		findrun(dirty, ChunkPages + 1, &s);
		if (s.max == 0)
			continue;
		i = findrun(dirty, s.max, NULL);
		*n = s.max;
		takerun(a, c * ChunkPages + i, *n, &zero);
		return c * ChunkPages + i;
	}
	return NoPage;
}

bool pageisfree(const PageAlloc *a, uintptr_t page)
{
	return page < a->end &&
	       a->chunks[page / ChunkPages].free[page / 64 % ChunkWords] >> page % 64 & 1;
}

// ---- checking -----------------------------------------------------------------------

static bool equalsums(PageSum a, PageSum b)
{
	return a.start == b.start && a.max == b.max && a.end == b.end;
}

void pagecheck(const PageAlloc *a)
{
	uint32_t nchunks = a->end / ChunkPages, nfree = 0, nzero = 0;

	for (uint32_t c = 0; c < nchunks; c++) {
		const PageChunk *k = &a->chunks[c];

		if (!equalsums(a->sums[0][c], chunksum(a, c)))
			throw("pagecheck: summary of a chunk");
		for (uint32_t w = 0; w < ChunkWords; w++) {
			if (k->zero[w] & ~k->free[w])
				throw("pagecheck: zero page in use");
			nfree += (uint32_t)__builtin_popcountl(k->free[w]);
			nzero += (uint32_t)__builtin_popcountl(k->zero[w]);
		}
	}
	if (nfree != a->nfree || nzero != a->nzero)
		throw("pagecheck: count of free pages");
	for (uint32_t l = 1; l < PageLevels && nchunks > 0; l++) {
		nchunks = (nchunks - 1) / Fanout + 1;
		for (uint32_t i = 0; i < nchunks; i++)
			if (!equalsums(a->sums[l][i], merge(&a->sums[l - 1][i * Fanout],
			                                    levelpages(l - 1))))
				throw("pagecheck: summary of summaries");
	}
}
