// mheap.c - the heap's address space, its spans, and memory given back to the kernel.
//
//	| unused | heap: chunks 0 .. | spans[] | bitmaps and summaries |
//	         ^base                         ^sysMap: all of it at the start
//
// Chunks become memory one after the other, with their part of spans[], two fifths of a
// percent. They stay so, and pages that are free for long lose what the kernel has given for
// them (scavengeone).
//
// Follows Go's mheap.go (alloc, grow, freeSpan) and mgcscavenge.go.
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

enum {
	MaxChunks = 1 << 18, // a terabyte
	RetainPages = (1 << 20) / HeapPage, // free pages that keep their memory, and
	RetainShare = 10,                   // a tenth of what is in use
};

Mheap mheap;
Spanref nospan; // all zero; not const, which would be bytes of the file
uint32_t scavengehint;
static bool lazily; // MADV_FREE was used: what the kernel has need not read as zero

// ---- Mspans -------------------------------------------------------------------------

static uint32_t spanunits(uint32_t nelems)
{
	return (SpanHeader + nelems + 1 + SpanUnit - 1) / SpanUnit;
}

static Mspan *newspan(uint32_t nelems) HOLDS(mheap.lock)
{
	uint32_t n = spanunits(nelems);
	Mspan *s = mheap.freespans[n];

	if (s) {
		mheap.freespans[n] = s->next;
	} else {
		s = persistentalloc(n * SpanUnit, SpanUnit);
		memstats.mspan_sys += n * SpanUnit;
	}
	__builtin_memset(s, 0, SpanHeader + nelems);
	__builtin_memset(s->state + nelems, ObjectNone, n * SpanUnit - SpanHeader - nelems);
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

static uint32_t dirtypages(void) HOLDS(mheap.lock)
{
	return mheap.pages.nfree - mheap.pages.nzero;
}

// How many of them may stay.
static uint32_t retained(void) HOLDS(mheap.lock)
{
	return RetainPages + (mheap.pages.end - mheap.pages.nfree) / RetainShare;
}

// Makes room for n pages in a row; false when there is no more.
static bool grow(uintptr_t n) HOLDS(mheap.lock)
{
	uint32_t end = mheap.pages.end;
	uintptr_t more = alignup(n, (uintptr_t)ChunkPages);

	if (more > mheap.maxpages - end ||
	    !sysMap(&mheap.spans[end], more * sizeof *mheap.spans) ||
	    !sysMap(pageaddr(end), more << PageShift))
		return false;
	sysDump(pageaddr(end), more << PageShift, true);
	pagegrow(&mheap.pages, (uint32_t)more / ChunkPages);
	atomic_store_relaxed(&mheap.npages, end + more);
	return true;
}

static uint32_t takepages(uintptr_t n, uint32_t *zero) HOLDS(mheap.lock)
{
	uint32_t page;

	if (n > mheap.maxpages)
		return NoPage;
	page = pagealloc(&mheap.pages, (uint32_t)n, zero);
	if (page == NoPage && grow(n))
		page = pagealloc(&mheap.pages, (uint32_t)n, zero);
	return page;
}

// Large objects: 1, so that only offset 0 is an object. Stacks: 0, nothing is.
static uint64_t reciprocal(const Mspan *s)
{
	return s->class < LargeClass ? sizerecip(s->size) : s->class == LargeClass;
}

// The pages of s belong to it from now on, or do not any more.
static void setpages(Mspan *s, bool inuse) HOLDS(mheap.lock)
{
	Spanref ref = { s, s->base, inuse ? reciprocal(s) : 0, LISTOFFSET(s->class), inuse };
	Spanref *r = &mheap.spans[heappage(s->base)];
	uint32_t n = s->class == LargeClass ? 1 : s->npages;

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

Mspan *spanalloc(uint32_t class, uintptr_t npages, uint32_t size, uint32_t nelems)
{
	uint32_t page, zero;
	Mspan *s = NULL;

	lock(&mheap.lock);
	page = takepages(npages, &zero);
	if (page != NoPage) {
		s = newspan(nelems);
		s->base = (uintptr_t)pageaddr(page);
		s->npages = (uint32_t)npages;
		s->class = (uint8_t)class;
		s->size = size;
		s->nelems = s->nfree = (uint16_t)nelems;
		s->zeroed = zero == npages && !lazily;
		setpages(s, true);
		account(s, 1);
		mheap.dirtylow = min(mheap.dirtylow, dirtypages());
	}
	unlock(&mheap.lock);
	return s;
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
	// From here on it counts what is not needed.
	mheap.dirtylow = dirtypages();
	unlock(&mheap.lock);
	return wanted;
}

// Without all: what was not needed since scavengewanted, less what may stay. The pages are
// in use meanwhile, so that the kernel's work is done without the lock.
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

static uintptr_t heapbytes(uint32_t nchunks)
{
	return (uintptr_t)nchunks * ChunkSize;
}

// With the tables.
static uintptr_t allbytes(uint32_t nchunks)
{
	return heapbytes(nchunks) + spansbytes(nchunks) + pagetables(nchunks);
}

// A heap of up to nchunks chunks: its address, or 0.
static uintptr_t reserve(uint32_t nchunks)
{
	uintptr_t n = allbytes(nchunks), tables = pagetables(nchunks);
	uintptr_t p = (uintptr_t)sysReserveNone(ChunkSize + n);
	uintptr_t base = alignup(p, (uintptr_t)ChunkSize);

	if (p && sysMap((void *)(base + n - tables), tables)) {
		// The tables too: they are big, and a debugger finds what is in the heap without.
		sysDump((void *)p, ChunkSize + n, false);
		return base;
	}
	if (p)
		sysFree((void *)p, ChunkSize + n);
	return 0;
}

// Takes as much address space as a limit (ulimit -v) allows. Then goroutines' stacks have
// to live under that limit, too: they get what is left, at least half of it all.
void mheapinit(void)
{
	uint32_t n = MaxChunks;
	uintptr_t base = reserve(n);

	while (!base && n > 1) {
		n /= 2;
		base = reserve(n);
	}
	if (base && n < MaxChunks && n > 1) {
		sysFree((void *)base, allbytes(n));
		n /= 2;
		base = reserve(n);
	}
	if (!base)
		throw("runtime: cannot reserve arena virtual address space");
	lockInit(&mheap.sharedLock, RankHeap);
	lockInit(&mheap.lock, RankHeap);
	for (uint32_t c = 0; c < NumSizeClasses; c++)
		lockInit(&mheap.central[c].lock, RankHeap);
	mheap.base = base;
	mheap.maxpages = (uintptr_t)n * ChunkPages;
	mheap.spans = (Spanref *)(base + heapbytes(n));
	pageinit(&mheap.pages, mheap.spans + mheap.maxpages, n);
}
