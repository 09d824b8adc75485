// mheap.c - the heap's address space, its spans, and memory given back to the kernel.
//
//	| memory | reserved | not asked for yet ... |      | spans[] | summaries | bitmaps |
//	^base    ^end       ^reserved               ^maxpages
//
// Only the tables have all of their address space from the start. The heap's own is reserved an
// arena at a time, because emulators and checkers pay for each page of a reservation, touched or
// not. Each arena follows the one before, so that a page's number is its distance from base.
// Where another mapping has that place there is a hole: pages that are never free and that no
// span has, and the heap continues behind it (reservemore).
//
// Chunks become memory one after the other, with their part of spans[], two fifths of a
// percent, and of the bitmaps. They stay memory, but the scavenger returns the pages that
// are free for long to the kernel (scavengeone).
//
// Follows Go's mheap.go (alloc, grow, freeSpan) and mgcscavenge.go.
//
// built: unchecked
#include "runtime/base/valgrind.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

enum {
	MaxChunks = 1 << 18, // a terabyte
	ArenaPages = (64 << 20) / HeapPage, // reserved at a time, where limits allow it
	BitmapStep = Stress ? 1 : 1 << 10,  // chunks whose bitmaps become memory together
	LimitShare = 64, // of the heap that the largest possible tables are for
	RetainPages = (1 << 20) / HeapPage, // free pages that keep their memory, and
	RetainShare = 10,                   // a tenth of what is in use
};

#define LowestHint ((uintptr_t)0xc000000000) // Go's

Mheap mheap __attribute__((section(".bss..heap"))); // linker.ld: beside what the start uses
Mcentral centrals[NumSizeClasses] LATEBSS;
const Spanref nospan;
uint32_t scavengehint;
static bool lazily; // MADV_FREE was used: what the kernel has need not read as zero

// ---- Mspans -------------------------------------------------------------------------

static Mspan *newspan(uint32_t nelems) HOLDS(mheap.lock)
{
	uint32_t n = spanunits(nelems);
	Mspan *s = mheap.freespans[n];

	if (s) {
		mheap.freespans[n] = s->next;
	} else {
		s = persistentalloc(n * SpanUnit + recordbytes(n), SpanUnit);
		memstats.mspan_sys += n * SpanUnit + recordbytes(n);
	}
	__builtin_memset(s, 0, SpanHeader + nelems);
	__builtin_memset(s->state + nelems, ObjectNone, n * SpanUnit - SpanHeader - nelems);
	if (Debug)
		__builtin_memset((char *)s + n * SpanUnit, 0, nelems * sizeof(Record));
	return s;
}

void spanpush(Spanlist *l, Mspan *s)
{
	s->prev = NULL;
	s->next = l->head;
	if (s->next)
		s->next->prev = s;
	l->head = s;
}

void spanremove(Spanlist *l, Mspan *s)
{
	if (s->next)
		s->next->prev = s->prev;
	if (s->prev)
		s->prev->next = s->next;
	else
		l->head = s->next;
}

// ---- pages --------------------------------------------------------------------------

static void *pageaddr(uint32_t page)
{
	return (void *)(mheap.base + ((uintptr_t)page << PageShift));
}

static uint32_t heappages(void) HOLDS(mheap.lock)
{
	return mheap.pages.end - mheap.holepages;
}

static uint32_t dirtypages(void) HOLDS(mheap.lock)
{
	return mheap.pages.nfree - mheap.pages.nzero;
}

// Returns how many of them may stay.
static uint32_t retained(void) HOLDS(mheap.lock)
{
	return RetainPages + (heappages() - mheap.pages.nfree) / RetainShare;
}

// Makes the page allocator's tables memory as far as the chunks below page end need them: the
// summaries with the first bitmaps, and of these many at a time: those for a terabyte are 32 MiB,
// which would be locked if the program locks its memory.
static bool maptables(uintptr_t end) HOLDS(mheap.lock)
{
	uint32_t have = mheap.nbitmaps, want = (uint32_t)(end / ChunkPages);
	char *from, *tables = (char *)(mheap.spans + mheap.maxpages);
	char *bitmaps = tables + pagesums(mheap.pages.nchunks);

	if (want <= max(have, (uint32_t)SmallChunks))
		return true;
	want = min(alignup(want, (uint32_t)BitmapStep), mheap.pages.nchunks);
	from = have ? bitmaps + have * sizeof(PageChunk) : tables;
	if (!sysMap(from, (uintptr_t)(bitmaps + want * sizeof(PageChunk) - from)))
		return false;
	mheap.nbitmaps = want;
	return true;
}

// Makes the next n pages, which are reserved, memory, all free. False: the kernel has none.
static bool commitpages(uintptr_t n) HOLDS(mheap.lock)
{
	uint32_t end = mheap.pages.end;

	if (!maptables(end + n) || !sysMap(&mheap.spans[end], n * sizeof *mheap.spans) ||
	    !sysMap(pageaddr(end), n << PageShift))
		return false;
	if (end > 0)
		sysDump(pageaddr(end), n << PageShift, true);
	pagegrow(&mheap.pages, (uint32_t)n / ChunkPages);
	atomic_store_relaxed(&mheap.npages, end + n);
	return true;
}

// Makes the next n pages a hole, because other mappings use that address space. rt_free
// reads their records in spans[]: all zero, and read-only, since memory that can be written
// counts as used. Pages that also hold records of the heap before or behind the hole are
// memory, by sysMap's rounding.
static bool skippages(uintptr_t n) HOLDS(mheap.lock)
{
	uint32_t end = mheap.pages.end;

	if (!maptables(end + n) || sysReadOnly(&mheap.spans[end], n * sizeof *mheap.spans) != 0)
		return false;
	pageskip(&mheap.pages, (uint32_t)n / ChunkPages);
	mheap.holepages += (uint32_t)n;
	atomic_store_relaxed(&mheap.npages, end + n);
	return true;
}

// Reserves n pages behind those that are reserved, or behind a hole. False: there are no more.
static bool reservemore(uintptr_t n) HOLDS(mheap.lock)
{
	uintptr_t left = mheap.reserved - mheap.pages.end, hole = 0;
	void *p, *want;

	for (;; hole = hole ? hole * 2 : ArenaPages) {
		if (hole + n > mheap.maxpages - mheap.reserved)
			return false;
		want = pageaddr((uint32_t)(mheap.reserved + hole));
		p = sysReserveNone(want, n << PageShift);
		if (p == want)
			break;
		if (!p)
			return false;
		sysFree(p, n << PageShift);
	}
	// The pages before the hole cannot wait any more: the heap has one end.
	if (hole && ((left && !commitpages(left)) || !skippages(hole))) {
		sysFree(p, n << PageShift);
		return false;
	}
	sysDump(p, n << PageShift, false);
	mheap.reserved += hole + n;
	return true;
}

// Makes room for n pages in a row; false when there is no more. It ends because each turn
// but the last one reserves more: behind a hole all n pages are needed again.
static bool growheap(uintptr_t n) HOLDS(mheap.lock)
{
	uintptr_t more = alignup(n, (uintptr_t)ChunkPages), left;

	while (left = mheap.reserved - mheap.pages.end, left < more) {
		uintptr_t lack = more - left;

		if (!reservemore(alignup(lack, (uintptr_t)ArenaPages)) && !reservemore(lack))
			return false;
	}
	return commitpages(more);
}

static uint32_t takepages(uintptr_t n, uint32_t *zero) HOLDS(mheap.lock)
{
	uint32_t page;

	if (n > mheap.maxpages)
		return NoPage;
	page = pagealloc(&mheap.pages, (uint32_t)n, zero);
	if (page == NoPage && growheap(n))
		page = pagealloc(&mheap.pages, (uint32_t)n, zero);
	return page;
}

// Large objects: 1, so that only offset 0 is an object. Stacks: 0, nothing is.
static uint64_t reciprocal(const Mspan *s)
{
	return s->class < LargeClass ? sizerecip(s->size) : s->class == LargeClass;
}

// Records in spans[] that the pages of s belong to it, or no longer do.
static void setpages(Mspan *s, bool inuse) HOLDS(mheap.lock)
{
	Spanref ref = { s, s->base, inuse ? reciprocal(s) : 0, LISTOFFSET(s->class), inuse, false };
	Spanref *r = &mheap.spans[heappage(s->base)];
	// Debug builds look up what an address inside an object belongs to.
	uint32_t n = s->class == LargeClass && !Debug ? 1 : s->npages;

	for (uint32_t i = 0; i < n; i++)
		r[i] = ref;
}

Mspan *spanof(uintptr_t p)
{
	const Spanref *r = spanref(p);

	return r->inuse ? r->s : NULL;
}

static void account(const Mspan *s, int64_t sign) HOLDS(mheap.lock)
{
	uint64_t bytes = (uint64_t)(sign * s->npages) << PageShift;

	if (s->class == LargeClass) {
		memstats.nlarge += (uint64_t)sign;
		memstats.large_inuse += bytes;
	} else if (s->class == StackClass) {
		memstats.stacks_inuse += bytes;
	}
}

static Mspan *makespan(uint32_t page, uint32_t class, uintptr_t npages, uint32_t size,
                       uint32_t nelems) HOLDS(mheap.lock)
{
	Mspan *s = newspan(nelems);

	s->base = (uintptr_t)pageaddr(page);
	s->npages = (uint32_t)npages;
	s->class = (uint16_t)class;
	s->size = size;
	s->nelems = s->nfree = (uint16_t)nelems;
	setpages(s, true);
	account(s, 1);
	mheap.dirtylow = min(mheap.dirtylow, dirtypages());
	valgrindMakeMemUndefined(s->base, npages << PageShift);
	return s;
}

Mspan *spanalloc(uint32_t class, uintptr_t npages, uint32_t size, uint32_t nelems)
{
	uint32_t page, zero;
	Mspan *s = NULL;

	lock(&mheap.lock);
	page = takepages(npages, &zero);
	if (page != NoPage) {
		s = makespan(page, class, npages, size, nelems);
		s->zeroed = zero == npages && !lazily && !onvalgrind(); // which sees it as undefined
	}
	unlock(&mheap.lock);
	return s;
}

Mspan *spansalloc(uint32_t class, uintptr_t npages, uint32_t size)
{
	uint32_t page = NoPage, n = HugePage >> PageShift;
	Mspan *first = NULL;

	lock(&mheap.lock);
	if (pagehasrun(&mheap.pages, (uint32_t)npages) || growheap(npages))
		page = pageallocblock(&mheap.pages, (uint32_t)npages, n);
	while (page != NoPage && n > 0) {
		Mspan *s;

		n -= (uint32_t)npages;
		s = makespan(page + n, class, npages, size, 0);
		s->next = first;
		first = s;
	}
	unlock(&mheap.lock);
	return first;
}

void spanfree(Mspan *s)
{
	uint32_t n = spanunits(s->nelems);

	lock(&mheap.lock);
	setpages(s, false);
	pagefree(&mheap.pages, (uint32_t)heappage(s->base), s->npages, false);
	account(s, -1);
	s->next = mheap.freespans[n];
	mheap.freespans[n] = s;
	if (dirtypages() > retained() && !atomic_load_relaxed(&scavengehint))
		atomic_store_relaxed(&scavengehint, 1);
	unlock(&mheap.lock);
}

// ---- scavenging ---------------------------------------------------------------------

bool scavengewanted(void)
{
	bool wanted;

	lock(&mheap.lock);
	wanted = dirtypages() > retained();
	// Begins to count what is not needed.
	mheap.dirtylow = dirtypages();
	unlock(&mheap.lock);
	return wanted;
}

// Returns one run of pages to the kernel. Without all: of those not needed since
// scavengewanted, less what may stay. The pages are marked as in use meanwhile, so that the
// lock need not be held while the kernel works.
bool scavengeone(bool all)
{
	uint32_t page = NoPage, n = 0;

	lock(&mheap.lock);
	if (all || (dirtypages() > retained() && mheap.dirtylow > retained()))
		page = pagetakedirty(&mheap.pages, &n);
	mheap.dirtylow -= min(n, mheap.dirtylow);
	unlock(&mheap.lock);
	if (page == NoPage)
		return false;
	if (!debug.madvdontneed)
		lazily = true;
	sysUnused(pageaddr(page), (uintptr_t)n << PageShift, lazily);
	lock(&mheap.lock);
	pagefree(&mheap.pages, page, n, true);
	unlock(&mheap.lock);
	return true;
}

// ---- the beginning ------------------------------------------------------------------

static uintptr_t spansbytes(uint32_t nchunks)
{
	return (uintptr_t)nchunks * ChunkPages * sizeof(Spanref);
}

uintptr_t heaptablesend(void)
{
	uint32_t n = (uint32_t)(mheap.maxpages / ChunkPages);

	return (uintptr_t)mheap.spans + spansbytes(n) + pagetables(n);
}

// Reserves the tables of a heap of up to nchunks chunks; returns their address, or 0.
static uintptr_t reservetables(uint32_t nchunks)
{
	uintptr_t n = spansbytes(nchunks) + pagetables(nchunks);
	uintptr_t p = (uintptr_t)sysReserveNone(NULL, n);

	// They are big, and a debugger finds what is in the heap without.
	if (p)
		sysDump((void *)p, n, false);
	return p;
}

// Sets mheap.base: where the first n pages are now reserved, at hint if the kernel lets us.
static bool placeheap(uintptr_t hint, uintptr_t n)
{
	uintptr_t bytes = n << PageShift;
	uintptr_t p = (uintptr_t)sysReserveNone((void *)hint, bytes);

	if (p && p != hint) {
		sysFree((void *)p, bytes);
		bytes += ChunkSize;
		p = (uintptr_t)sysReserveNone(NULL, bytes);
	}
	if (!p)
		return false;
	mheap.base = alignup(p, (uintptr_t)ChunkSize);
	mheap.reserved = n;
	// The first chunk becomes memory at once.
	sysDump(pageaddr(ChunkPages), (n - ChunkPages) << PageShift, false);
	return true;
}

// Sets up the heap. The tables take a hundredth of what a limit on address space (ulimit -v)
// leaves, and are for more heap than fits below that limit.
//
// The kernel maps from the top of the address space down, stacks too, or from a third of it
// up. In both cases the space halfway to the tables, whose place it has chosen at random,
// stays free for long, and is as hard to guess. Emulators map from the bottom up; there it
// is too near.
void mheapinit(void)
{
	uint32_t n = MaxChunks;
	uintptr_t tables = reservetables(n), hint;

	while (!tables && n > 1) {
		n /= 2;
		tables = reservetables(n);
	}
	if (tables && n < MaxChunks) {
		sysFree((void *)tables, spansbytes(n) + pagetables(n));
		n = max(n / LimitShare, 1);
		tables = reservetables(n);
	}
	hint = alignup(max(tables / 2, LowestHint), (uintptr_t)ChunkSize);
	if (!tables || (!placeheap(hint, ArenaPages) && !placeheap(hint, ChunkPages)))
		throw("runtime: cannot reserve arena virtual address space");
	lockInit(&mheap.sharedLock, RankSharedCache);
	lockInit(&mheap.lock, RankPages);
	for (uint32_t c = 0; Debug && c < NumSizeClasses; c++) // their pages are not wanted yet
		lockInit(&centrals[c].lock, RankHeap);
	mheap.maxpages = (uintptr_t)n * ChunkPages;
	mheap.spans = (Spanref *)tables;
	pageinit(&mheap.pages, mheap.spans + mheap.maxpages, n);
	// The first chunk is wanted in any case. A kernel that refuses it is named here.
	lock(&mheap.lock);
	if (!commitpages(ChunkPages))
		throw("runtime: cannot reserve arena virtual address space");
	unlock(&mheap.lock);
}
