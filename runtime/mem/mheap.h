// mheap.h - the heap: spans of pages, and their users.
//
// The heap's address space is reserved arena by arena and becomes memory chunk by chunk, from
// the bottom up. A span is a run of its pages: small objects of one class, one large
// object, or stacks. What there is to know about it is in its Mspan, outside of the heap,
// where a program that writes past its objects does not reach it.
//
//	page i: [base + i*HeapPage, base + (i+1)*HeapPage), i < npages
//	spans[i], i < npages: the span that page i belongs to, and what rt_free needs of it;
//	of a large object, only the first page has one
//
// Each object of a span has a byte that records its owner. Bytes, since neighbours belong
// to different Ms, and a bit would need a locked instruction.
//
//	Free    the span: it is counted in nfree. The span's central list may give it out.
//	Cached  a cache: its owner may make it Busy, or Free under the central's lock.
//	Busy    the program: rt_free makes it Cached.
//
// So the owner of the object makes each change, and a store is enough; where the span gives it
// or gets it, the lock orders the two owners.
// All of this runs on g0, or is shallow: the files are unchecked.
#ifndef RT0_MEM_MHEAP_H
#define RT0_MEM_MHEAP_H

#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/pagealloc.h"
#include "runtime/mem/sizeclass.h"

enum {
	LargeClass = NumSizeClasses, // a large object
	StackClass,                  // small stacks; mem/stack.c
	ManagedClass = 80,           // + class, to LargeClass: a collector's (reach/managed.h),
	NoscanClass = 160,           // those that hold no pointers,
	TypedClass = 240,            // and from here on those that say where they hold them
	NumClasses = 4 << 10,
	ChunkSize = ChunkPages * HeapPage,
	HugePage = 2 << 20, // the kernel's, where its pages have 4 KiB
	SpanUnit = 64, // an Mspan's size is a multiple
	MaxSpanUnits = 10,
};

enum { ObjectFree, ObjectCached, ObjectBusy, ObjectNone };
// Beside a state while the world is stopped; mark.c.
enum { ObjectWaited = 0x40, ObjectMarked = 0x80 };

typedef struct Mspan Mspan;
struct Mspan {
	// Under the central's lock (StackClass: stackpool.lock):
	Mspan *next, *prev;
	Mcache *home;     // whose partial list it belongs on, NULL: the central's
	uintptr_t stacks; // StackClass: the free stacks, through the first word
	uint16_t nfree;   // objects that are Free
	uint16_t scan;    // none below; StackClass: none from here on was ever used
	bool owned;       // home takes objects from it

	// Set when it is made:
	bool zeroed;   // the memory was all zero
	uint16_t nelems;
	uint32_t size; // of an object; large ones: 0
	uint32_t npages;
	uintptr_t base;
	uint16_t class;

	// nelems states and some of ObjectNone, to a multiple of SpanUnit: the first of those is
	// for an address in the rest behind the last object.
	uint8_t state[] __attribute__((aligned(SpanUnit)));
};
#define SpanHeader offsetof(Mspan, state)

// What spans[] says of a page. rt_free reads this and the object's state, nothing else. A
// freed page keeps s and base, because an rt_free of an object that is free already may still
// use them while its span is being freed.
typedef struct {
	Mspan *s;
	uintptr_t base; // the span's
	uint64_t recip; // of the objects' size; with 0 no offset is an object's
	uint32_t list;  // LISTOFFSET of the class
	bool inuse;     // belongs to a span
	bool old;       // which a marker beside the program knows: mark.c
} Spanref;

typedef struct {
	Mspan *head;
} Spanlist;

// The spans of one size class.
typedef struct {
	Mutex lock;

	// lock protects:
	Spanlist partial; // have free objects, no owner and no home
	Spanlist full;    // the others
	uint64_t nspans;
	uint64_t nout; // objects that are not Free
} __attribute__((aligned(CacheLineSize))) Mcentral;

_Static_assert(SpanHeader == SpanUnit &&
               SpanHeader + MaxSpanObjects + 1 <= MaxSpanUnits * SpanUnit, "units");

// sharedLock is acquired before a size class's lock, and that before this one's.
typedef struct {
	// Set by mheapinit:
	uintptr_t base;
	Spanref *spans;
	uintptr_t maxpages; // there may be

	// Lock-free copy of pages.end: grows under the lock, after the table (grow). Atomic;
	// relaxed is enough, since receiving an object implies seeing the table that covers it.
	uintptr_t npages;

	Mutex sharedLock; // protects mcache.c's sharedcache
	Mutex lock;

	// lock protects:
	uint32_t nbitmaps; // of pages.chunks are memory
	uintptr_t reserved; // pages from base on that have address space, or are a hole
	uint32_t holepages; // below pages.end: pages that others have
	uint32_t dirtylow; // the fewest free pages with memory since the scavenger looked
	Mspan *freespans[MaxSpanUnits + 1]; // unused Mspans, by size
	PageAlloc pages;
} Mheap;

extern Mheap mheap;
extern Mcentral centrals[NumSizeClasses];

// ---- mheap.c ------------------------------------------------------------------------

void mheapinit(void);
// A span of npages for nelems objects of size bytes, all Free; NULL when there is no room.
Mspan *spanalloc(uint32_t class, uintptr_t npages, uint32_t size, uint32_t nelems);
// Spans of npages that together fill the first huge page of address space behind the place where
// spanalloc would put the next span, linked by next in order. NULL unless that memory is untouched.
Mspan *spansalloc(uint32_t class, uintptr_t npages, uint32_t size);
void spanfree(Mspan *s);
void spanpush(Spanlist *l, Mspan *s);
void spanremove(Spanlist *l, Mspan *s);

// Where the heap's tables end, which begin with mheap.spans.
uintptr_t heaptablesend(void);

// The number of the page that p is in: any number, when it is not in the heap.
ALWAYS_INLINE uintptr_t heappage(uintptr_t p)
{
	return (p - mheap.base) >> PageShift;
}

extern const Spanref nospan; // of what is not in the heap

// SpanUnits of an Mspan.
ALWAYS_INLINE uint32_t spanunits(uint32_t nelems)
{
	return (SpanHeader + nelems + 1 + SpanUnit - 1) / SpanUnit;
}

// For any p.
ALWAYS_INLINE const Spanref *spanref(uintptr_t p)
{
	uintptr_t page = heappage(p);

	return likely(page < atomic_load_relaxed(&mheap.npages)) ? &mheap.spans[page] : &nospan;
}

// The span of p's page, or NULL, for any p.
Mspan *spanof(uintptr_t p);

// The state of the busy object that begins at p, in the span of r; NULL for any other p.
ALWAYS_INLINE uint8_t *stateof(const Spanref *r, uintptr_t p)
{
	Product product = objectproduct(p - r->base, r->recip);
	uint8_t *state;

	if (unlikely(!atobject(product, r->recip)))
		return NULL; // as for every p that is in no span
	state = &r->s->state[productindex(product)];
	return likely(*state == ObjectBusy) ? state : NULL;
}

// ---- mcentral.c ---------------------------------------------------------------------

// An object and its state.
typedef struct {
	uintptr_t p;
	uint8_t *state;
} Slot;

// Up to n objects for slot, Cached now. Returns how many.
uint32_t centraltake(Mcache *c, uint32_t class, Slot *slot, uint32_t n);
// Takes n cached objects back.
void centralgive(uint32_t class, const Slot *slot, uint32_t n);
// The cache gives its spans up.
void centraldisown(Mcache *c, uint32_t class);

// ---- mcache.c -----------------------------------------------------------------------

// Free objects of a class, last in first out except next (debug builds: after some others).
// Two fit in a cache line.
//
//	next   handed out next. Its memory is fetched while it waits here. p == 0: none
//	top    the last of the others; its p is 0: there are none
//	end    top of a full list (the empty one for GODEBUG=clobberfree=1)
//
// rt_malloc takes next where there are others to follow, and else does it the long way.
typedef struct {
	Slot next;
	Slot *top;
	Slot *end;
} Freelist;

struct Mcache {
	Freelist list[NumSizeClasses + 1]; // LargeClass's is always empty and full
	Slot *slot[NumSizeClasses];        // the lists' memory; NULL: never used

	// Under the central's lock:
	Mspan *span[NumSizeClasses];       // owned; new objects come from it
	Spanlist partial[NumSizeClasses];  // have free objects, no owner, and this as home

	Mcache *alllink; // on allcaches
};

// Where a class has its list: an offset is added to the cache's address as it is.
#define LISTOFFSET(class) ((uint32_t)((class) * sizeof(Freelist)))
#define LISTCLASS(offset) ((uint32_t)((offset) / sizeof(Freelist)))
#define LISTOF(i) LISTOFFSET(CLASSOF(i)) // for CLASSTABLE
_Static_assert(offsetof(Mcache, list) == 0, "LISTOFFSET");

ALWAYS_INLINE Freelist *listat(Mcache *c, uintptr_t offset)
{
	return (Freelist *)(void *)((char *)c + offset);
}

extern Mcache sharedcache; // for Ms without a P
extern Mcache *allcaches;  // all others; the list only grows

// How many objects of a class the cache has; about, when it is another P's.
uint32_t cachecount(Mcache *c, uint32_t class);
// Fills a list that has none but next. Throws when there is no next either, and no memory.
void cacherefill(Mcache *c, uint32_t class);
// Makes room in a full list.
void cachemakeroom(Mcache *c, uint32_t class);
// The cache for this M to use until putcache. On g0, so that the M keeps its P.
Mcache *getcache(void);
void putcache(Mcache *c);
// Makes an object Busy that has just been handed out: without a P under the lock that the marker holds
// while it has its bits in the states, so that it sees the object as a whole or not at all.
void makebusy(uint8_t *state);

// ---- debug builds: red zones and records; object.c -------------------------------------

// What was asked for is between two zones of bytes that the program must not touch:
//
//	slot | front zone | what was asked for | back zone | next slot
//	                  ^what rt_malloc returned
//
// They are written before the object is Busy and stay while it is free. The back zone takes
// up what is left of the slot, to BackMax bytes.
enum {
	FrontZone = Debug ? 16 : 0, // keeps the alignment
	BackZone = Debug ? 16 : 0,  // at least
	BackMax = 128, // a multiple of 8
	SiteDepth = 8,
};

// A place in the program, and the goroutine that was there.
typedef struct {
	uint64_t goid;
	uint32_t pc[SiteDepth]; // return addresses from the inside out, less __text_start
} Site;

// Prints where an object was allocated, or whatever what says; nothing if that never happened.
void printsite(const char *what, const Site *s); // panic/traceback.c

// A slot has one, behind the states of its span.
typedef struct {
	uintptr_t size;  // what was asked for
	uintptr_t next;  // slot that is detained
	uint32_t uses;   // +1 with every allocation, when all the rest is there
	uint8_t kind;    // an ObjectKind; stays when it is freed
	uint8_t was;     // of the object that was freed here
	bool retired;    // rt_free may free it though it is no memory
	Site made, freed;
} Record;

// What to call the slot of an address that the program has, and the other way round.
ALWAYS_INLINE uintptr_t slotof(const void *p)
{
	return (uintptr_t)p - FrontZone;
}

ALWAYS_INLINE void *objectat(uintptr_t slot)
{
	return (void *)(slot + FrontZone);
}

// The bytes of a slot for n of the program's. What is too much stays so.
ALWAYS_INLINE uintptr_t withzones(uintptr_t n)
{
	return n <= PTRDIFF_MAX ? n + FrontZone + BackZone : n;
}

ALWAYS_INLINE uintptr_t slotsize(const Mspan *s)
{
	return s->size == 0 ? (uintptr_t)s->npages << PageShift : s->size;
}

// Bytes of the records of an Mspan of so many units.
ALWAYS_INLINE uintptr_t recordbytes(uint32_t units)
{
	return Debug ? (units * SpanUnit - SpanHeader) * sizeof(Record) : 0;
}

ALWAYS_INLINE Record *records(const Mspan *s)
{
	return (Record *)(uintptr_t)((const char *)s + spanunits(s->nelems) * SpanUnit);
}

// The slot becomes an object of n bytes, Busy. frame: of the function that the program
// called. Returns what that returns.
void *dress(uintptr_t slot, uintptr_t n, void *frame);
// The object at p is being freed: fatal if it must not be, or its zones were written to.
void undress(uintptr_t p, void *frame);
// What an object in use was asked to have.
uintptr_t sizeasked(uintptr_t p);
// A free slot gets words that nothing writes by chance.
void poison(const Mspan *s, uint32_t i);
// Slot i is free: fatal when it was written to.
void checkfree(const Mspan *s, uint32_t i);
// badpointer, if p is in a slot that was used. Otherwise it returns.
void badrecorded(uintptr_t p);
// valgrind: a freed slot of s waits until many have come after it,
void detain(const Mspan *s, uintptr_t slot);
// and then is the result here, once; 0: none has waited for so long.
uintptr_t release(void);
// heapcheck's: slot i, whatever its state; that may change meanwhile.
void checkslot(const Mspan *s, uint32_t i);

// ---- fault.c ------------------------------------------------------------------------

// p was to be freed or looked at, and no busy object begins there. p is what the program has.
NORETURN void badpointer(uintptr_t p);

#endif
