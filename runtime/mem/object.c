// object.c - the debug build's record of each object of the heap: which goroutine allocated it
// and where, which freed it; and the reports about objects that must not be used.
//
// A record belongs to its object's owner, as the state does (mheap.h): dress writes it before
// the object is Busy, undress before it is Cached. Only checkslot and the reports of the
// program's errors read records that they do not own.
//
// valgrind's memcheck is told as well: the program may touch the bytes of an object, which are
// undefined until it writes them, and nothing else of the slot. The functions that read zones
// and poison are exempt from its checks.
//
// The functions called for each operation check no stack, so that nothing yields in them: some
// callers rely on that instead of a lock.
#include "runtime/mem/object.h"

#include "runtime/base/getg.h"
#include "runtime/base/race.h"
#include "runtime/base/str.h"
#include "runtime/base/valgrind.h"
#include "runtime/die/die.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"
#include "unwind.h"

enum { PoisonWords = 8 };
#define Poison UINT64_C(0xdeadf4eedeadf4ee) // a free object begins with these words
#define ZoneWord UINT64_C(0xfbfbfbfbfbfbfbfb)
#define ZoneByte 0xfb

extern const char __text_start[], __text_end[];

// ---- sites ----------------------------------------------------------------------------

static NOSPLIT bool onstack(const G *gp, uintptr_t p)
{
	return (p >= gp->stack.lo && p < gp->stack.hi) ||
	       (p >= gp->segment.lo && p < gp->segment.hi);
}

// The calls that led to the function with this frame, by frame pointers, as far as they are
// such: a program may use the register for something else.
static NOSPLIT void sitehere(Site *s, const void *frame)
{
	const uintptr_t *f = frame, *last = NULL;
	const G *gp = getg();
	uint32_t n = 0;

	s->goid = gp->m->curg ? gp->m->curg->goid : gp->goid;
	while (n < SiteDepth && (uintptr_t)f % PtrSize == 0 && f > last &&
	       onstack(gp, (uintptr_t)f) && onstack(gp, (uintptr_t)(f + 2))) {
		uintptr_t pc = f[1];
		bool crossing = inmorestack(pc);

		// In the segment, called by __morestack, whose frame is on the small stack: its
		// own return address is in the prologue's stub, the caller's is behind it.
		if (crossing) {
			f = (const uintptr_t *)f[0];
			if (!onstack(gp, (uintptr_t)f) || !onstack(gp, (uintptr_t)(f + 2)))
				break;
			pc = f[2];
		}
		s->pc[n++] = (uint32_t)(pc - (uintptr_t)__text_start);
		last = f;
		f = (const uintptr_t *)f[0];
	}
	while (n < SiteDepth)
		s->pc[n++] = 0;
}

// ---- zones and poison -----------------------------------------------------------------

typedef struct {
	uint64_t *from, *to;
} Words;

// The words that poison fills. Before the first use of a slot there are no zones.
static NOSPLIT Words poisoned(const Mspan *s, uint32_t i, const Record *r)
{
	uintptr_t slot = s->base + i * s->size;
	uint64_t *p = r->uses > 0 ? objectat(slot) : (uint64_t *)slot;
	uintptr_t n = r->uses > 0 ? r->size : s->size;

	return (Words){ p, p + min((uintptr_t)PoisonWords, n / sizeof *p) };
}

NOSPLIT void poison(const Mspan *s, uint32_t i)
{
	Words w = poisoned(s, i, &records(s)[i]);

	valgrindBlind();
	for (volatile uint64_t *p = w.from; p < w.to; p++)
		*p = Poison;
	valgrindSee();
}

static NOSPLIT uintptr_t backend(const Mspan *s, uintptr_t p, uintptr_t n)
{
	return min(slotof((void *)p) + slotsize(s), p + n + BackMax);
}

static NOSPLIT void makezones(const Mspan *s, uintptr_t p, uintptr_t n)
{
	volatile uint64_t *front = (uint64_t *)slotof((void *)p);
	uintptr_t end = backend(s, p, n);

	valgrindBlind();
	front[0] = front[1] = ZoneWord;
	for (p += n; p % sizeof *front != 0; p++)
		*(volatile uint8_t *)p = ZoneByte;
	for (; p < end; p += sizeof *front)
		*(volatile uint64_t *)p = ZoneWord;
	valgrindSee();
}

// Are the zones as makezones left them?
static NOSPLIT bool intact(const Mspan *s, uintptr_t p, uintptr_t n)
{
	const uint64_t *front = (const uint64_t *)slotof((void *)p);
	uintptr_t end = backend(s, p, n);
	uint64_t differs = (front[0] ^ ZoneWord) | (front[1] ^ ZoneWord);

	for (p += n; p % sizeof *front != 0; p++)
		differs |= *(const uint8_t *)p ^ ZoneByte;
	for (; p < end; p += sizeof *front)
		differs |= *(const uint64_t *)p ^ ZoneWord;
	return differs == 0;
}

// The address nearest to the object of n bytes at p that was written to in its zones; 0: none.
static NOSPLIT uintptr_t spoiled(const Mspan *s, uintptr_t p, uintptr_t n)
{
	uintptr_t end = backend(s, p, n), first = slotof((void *)p), at = 0;
	bool good;

	valgrindBlind();
	good = intact(s, p, n);
	for (uintptr_t q = p - 1; !good && at == 0 && q >= first; q--) {
		if (*(volatile uint8_t *)q != ZoneByte)
			at = q;
	}
	for (uintptr_t q = p + n; !good && at == 0 && q < end; q++) {
		if (*(volatile uint8_t *)q != ZoneByte)
			at = q;
	}
	valgrindSee();
	return at;
}

// ---- looking up -----------------------------------------------------------------------

typedef struct {
	const Mspan *s; // NULL: no such slot
	uint32_t i;
	uintptr_t p; // what the program has of it
	Record *r;
} Found;

// The slot that p is in, in use or not; of pages that are free what was there last.
static NOSPLIT Found findobject(uintptr_t p)
{
	const Spanref *ref = spanref(p);
	const Mspan *s = ref->s;
	Found f = { 0 };
	uint32_t i;

	if (!s || s->base != ref->base || s->class > LargeClass)
		return f;
	i = s->class == LargeClass ? 0 : (uint32_t)((p - s->base) / s->size);
	if (i >= s->nelems)
		return f;
	return (Found){ s, i, (uintptr_t)objectat(s->base + i * s->size), &records(s)[i] };
}

static NOSPLIT bool inuse(const Found *f)
{
	return f->s && atomic_load_relaxed(&f->s->state[f->i]) == ObjectBusy;
}

// ---- what is said ---------------------------------------------------------------------

static const char *kindname(uint32_t kind)
{
	static const char names[][20] = {
		[KindMemory] = "memory",
		[KindChan] = "a channel",
		[KindTimerChan] = "a timer's channel",
		[KindCtxChan] = "a context's channel",
		[KindTimer] = "a timer",
		[KindTask] = "a task",
		[KindCtx] = "a context",
		[KindGroup] = "a group",
	};

	return names[kind];
}

// Appends the kind of object, with "freed", to msg.
static void sayfreed(Message *msg, uint32_t kind)
{
	if (kind == KindMemory)
		printto(msg, "freed memory");
	else
		printto(msg, "a freed %s", kindname(kind) + 2);
}

// The text of the report, which is too large for a goroutine's stack below its guard. Another M
// that finds an error meanwhile waits for the end of the process.
static Message *lastwords(void)
{
	static Message msg;
	// The M whose report it is. If that M fails again, its report begins once more; its own
	// cas has set owner, so the acquire below pairs with nothing else.
	static M *owner;
	M *mp = getg()->m;

	while (!atomic_cas(&owner, NULL, mp) && atomic_load_acquire(&owner) != mp)
		usleep(1000);
	msg.n = 0;
	return &msg;
}

// What the place of a free means to the error: nothing; the end of the object; that of
// another one, which was there before.
typedef enum { FreedNot, FreedSince, FreedBefore } Freed;

typedef struct {
	const char *text;
	const Record *r;
	Freed freed;
} ObjectError;

static void sayobject(void *arg)
{
	const ObjectError *e = arg;

	print("fatal error: %s\n", e->text);
	if (!e->r || gotraceback().level == 0)
		return;
	if (e->freed == FreedBefore)
		printsite("freed", &e->r->freed);
	printsite(e->freed == FreedBefore ? "allocated again" : "allocated", &e->r->made);
	if (e->freed == FreedSince)
		printsite("freed", &e->r->freed);
}

// Says where the object was allocated and freed; r may be NULL.
static NORETURN NOSPLIT NOINLINE void fatalobject(const char *text, const Record *r,
                                                  Freed freed)
{
	ObjectError e = { text, r, freed };
	Report report = { .before = sayobject, .arg = &e, .where = HERE };

	getg()->m->throwing = -1;
	die(&report);
}

// before: the object at f is one that came after the one that is meant.
static NORETURN void diewith(Message *msg, const Found *f, bool before)
{
	Freed freed = before ? FreedBefore : inuse(f) ? FreedNot : FreedSince;

	printto(msg, "%c", '\0');
	fatalobject(msg->buf, f->s && f->r->uses > 0 ? f->r : NULL, freed);
}

static void saysize(Message *msg, const Found *f)
{
	printto(msg, "%lu bytes", f->r->size);
}

static NORETURN void badwrite(const Found *f, uintptr_t at)
{
	Message *msg = lastwords();

	printto(msg, "write outside of an object: byte %ld of 0x%lx, which has ",
	        (int64_t)(at - f->p), f->p);
	saysize(msg, f);
	diewith(msg, f, false);
}

// The slot before f's, if there are signs that its object was written past.
static void badoverrun(const Found *f)
{
	Found before = f->i > 0 ? findobject(f->s->base + (f->i - 1) * f->s->size) : *f;
	uintptr_t at;

	if (f->i == 0 || before.r->uses == 0)
		return;
	at = spoiled(before.s, before.p, before.r->size);
	if (at > before.p)
		badwrite(&before, at);
}

static NORETURN void badzone(const Found *f, uintptr_t at)
{
	if (at < f->p)
		badoverrun(f);
	badwrite(f, at);
}

static NORETURN void badfree(const Found *f)
{
	Message *msg;

	badoverrun(f);
	msg = lastwords();
	printto(msg, "write to a free object: 0x%lx, ", f->p);
	if (f->r->uses > 0)
		saysize(msg, f);
	else
		printto(msg, "never allocated");
	diewith(msg, f, false);
}

static NORETURN void badobject(const void *ptr, uint32_t kind)
{
	uintptr_t p = (uintptr_t)ptr;
	Found f = findobject(p);
	Message msg = { .n = 0 };

	if (!f.s || f.r->uses == 0) {
		printto(&msg, "use of 0x%lx as %s: it was not allocated", p, kindname(kind));
	} else if (f.p != p) {
		printto(&msg, "use of 0x%lx as %s: it is inside an object of ", p,
		        kindname(kind));
		saysize(&msg, &f);
	} else if (!inuse(&f)) {
		printto(&msg, "use of ");
		sayfreed(&msg, f.r->kind);
		printto(&msg, ": 0x%lx", p);
		if (f.r->kind != kind)
			printto(&msg, ", as %s", kindname(kind));
	} else if (f.r->kind == KindTimerChan || f.r->kind == KindCtxChan) {
		printto(&msg, "use of %s as the program's: 0x%lx", kindname(f.r->kind), p);
	} else if (f.r->was == kind && f.r->uses > 1) {
		printto(&msg, "use of ");
		sayfreed(&msg, kind);
		printto(&msg, ": 0x%lx, which is %s now", p, kindname(f.r->kind));
		diewith(&msg, &f, true);
	} else {
		printto(&msg, "use of %s as %s: 0x%lx", kindname(f.r->kind), kindname(kind), p);
	}
	diewith(&msg, &f, false);
}

static NORETURN void badmemory(uintptr_t p, uintptr_t n, const char *what)
{
	Found f = findobject(p);
	Message msg = { .n = 0 };

	printto(&msg, "%s of %lu bytes at 0x%lx is ", what, n, p);
	if (!inuse(&f)) {
		printto(&msg, "in freed memory");
	} else {
		printto(&msg, "not within the object of ");
		saysize(&msg, &f);
		printto(&msg, " at 0x%lx", f.p);
	}
	diewith(&msg, &f, false);
}

void badrecorded(uintptr_t p)
{
	Found f = findobject(p);
	Message msg = { .n = 0 };

	if (!f.s || f.r->uses == 0)
		return;
	if (f.p == p)
		printto(&msg, "free of a free object: 0x%lx, ", p);
	else
		printto(&msg, "free of a pointer that was not allocated: 0x%lx, in ", p);
	if (f.p != p && !inuse(&f))
		printto(&msg, "a free object of ");
	else if (f.p != p)
		printto(&msg, "an object of ");
	saysize(&msg, &f);
	diewith(&msg, &f, false);
}

// ---- an object's life -----------------------------------------------------------------

NOSPLIT void *dress(uintptr_t slot, uintptr_t n, void *frame)
{
	Found f = findobject(slot);
	Record *r = f.r;

	r->size = n;
	r->kind = KindMemory;
	r->retired = false;
	sitehere(&r->made, frame);
	makezones(f.s, f.p, n);
	valgrindMakeMemNoAccess(slot, slotsize(f.s));
	valgrindMalloc(f.p, n, FrontZone);
	atomic_store_release(&r->uses, r->uses + 1); // for checkslot
	makebusy((uint8_t *)(uintptr_t)&f.s->state[f.i]);
	if (RACING)
		raceallocated(f.p, n);
	return (void *)f.p;
}

NOSPLIT void undress(uintptr_t p, void *frame)
{
	Found f = findobject(p);
	Record *r = f.r;
	uintptr_t at;

	if (unlikely(r->kind != KindMemory && !r->retired))
		badobject((void *)p, KindMemory);
	at = spoiled(f.s, p, r->size);
	if (unlikely(at != 0))
		badzone(&f, at);
	if (RACING)
		racefreed(p, r->size);
	r->was = r->kind;
	sitehere(&r->freed, frame);
	if (f.s->class != LargeClass)
		poison(f.s, f.i);
	valgrindFree(p, FrontZone);
}

NOSPLIT uintptr_t sizeasked(uintptr_t p)
{
	return findobject(p).r->size;
}

NOSPLIT void checkfree(const Mspan *s, uint32_t i)
{
	const Record *r = &records(s)[i];
	Found f = findobject(s->base + i * s->size);
	Words w = poisoned(s, i, r);
	uintptr_t at;

	valgrindBlind();
	for (volatile uint64_t *p = w.from; p < w.to; p++) {
		if (unlikely(*p != Poison))
			badfree(&f);
	}
	valgrindSee();
	at = r->uses > 0 ? spoiled(s, f.p, r->size) : 0;
	if (unlikely(at != 0))
		badzone(&f, at);
}

// A busy object may be freed and become another while this looks at it. Then its state is
// another, or uses has grown, which dress writes last before the state.
void checkslot(const Mspan *s, uint32_t i)
{
	Found f = findobject(s->base + i * slotsize(s));
	uint32_t uses = atomic_load_acquire(&f.r->uses);
	uintptr_t at;

	switch (atomic_load_acquire(&s->state[i])) {
	case ObjectFree:
		// One with pages of its own is, for a moment, before and after it is in use.
		if (s->class != LargeClass)
			checkfree(s, i);
		return;
	case ObjectBusy:
		at = spoiled(s, f.p, min(f.r->size, slotsize(s) - FrontZone - BackZone));
		if (at != 0 && inuse(&f) && atomic_load_acquire(&f.r->uses) == uses)
			badzone(&f, at);
	}
}

// ---- valgrind: freed slots wait ---------------------------------------------------------

// memcheck remembers what was freed, up to FreedBytes of it, and says of an address what the
// oldest of that was. So a slot is not used again before memcheck has forgotten it; and a
// program that uses freed memory does not find another object there. A detained slot is
// Cached.
enum { FreedBytes = 20 << 20 }; // memcheck's --freelist-vol, and some

static struct {
	Mutex lock;

	// lock protects:
	uintptr_t first, last; // linked by their records
	uintptr_t bytes;       // that the program had asked for
} detained = { .lock.rank = RANKED(RankHeap) };

void detain(const Mspan *s, uintptr_t slot)
{
	Record *r = &records(s)[(slot - s->base) / s->size];

	r->next = 0;
	lock(&detained.lock);
	if (detained.first)
		findobject(detained.last).r->next = slot;
	else
		detained.first = slot;
	detained.last = slot;
	detained.bytes += r->size;
	unlock(&detained.lock);
}

uintptr_t release(void)
{
	uintptr_t slot = 0;

	lock(&detained.lock);
	if (detained.bytes > FreedBytes) {
		Record *r = findobject(detained.first).r;

		slot = detained.first;
		detained.first = r->next;
		detained.bytes -= r->size;
	}
	unlock(&detained.lock);
	return slot;
}

// ---- at each use ----------------------------------------------------------------------

NOSPLIT void objectcheck(const void *p, ObjectKind first, ObjectKind last)
{
	uintptr_t slot = slotof(p);
	const Spanref *ref = spanref(slot);
	Record *r = stateof(ref, slot) ? findobject(slot).r : NULL;

	if (likely(r && r->kind >= first && r->kind <= last && !r->retired))
		return;
	badobject(p, first);
}

// No object on this stack begins below the running frame; allocas may, in a segment.
// And no object has a caller's frame pointer and return address in it.
static NOSPLIT const char *badstack(uintptr_t p, uintptr_t n)
{
	const uintptr_t *f = __builtin_frame_address(0), *last = NULL;
	const G *gp = getg();

	if (!onstack(gp, p))
		return NULL;
	if (p < (uintptr_t)f && (uintptr_t)f < gp->stack.hi && p >= gp->stack.lo && !gp->allocs)
		return "in a frame that has returned";
	for (; f > last && (uintptr_t)f < p + n; last = f, f = (const uintptr_t *)f[0]) {
		if ((uintptr_t)f % PtrSize != 0 || !onstack(gp, (uintptr_t)f) ||
		    !onstack(gp, (uintptr_t)(f + 2)))
			break;
		// A program may use the register for something else: for p, where a function's address
		// may be the next word, but hardly a return address.
		if ((uintptr_t)f >= p && aftercall(f[1]))
			return "not within one function's frame";
	}
	return NULL;
}

// Is [p, p + n) inside of one object in use of a collector's span? Such objects have neither zones nor
// records; those that wait to be swept have their marks.
static NOSPLIT bool incollected(const Mspan *s, uintptr_t p, uintptr_t n)
{
	uintptr_t size = slotsize(s), i = (p - s->base) / size, at = (p - s->base) % size;
	uint8_t state;

	if (i >= s->nelems || n > size - at)
		return false;
	state = atomic_load_relaxed(&s->state[i]);
	return (state & ~(ObjectMarked | ObjectWaited)) == ObjectBusy;
}

NOSPLIT void memorycheck(const void *ptr, uintptr_t n, const char *what)
{
	uintptr_t p = (uintptr_t)ptr;
	const Spanref *ref = spanref(p);
	const char *where;
	Found f;

	if (n == 0 || n > PTRDIFF_MAX) // the kernel refuses that
		return;
	where = badstack(p, n);
	if (unlikely(where != NULL))
		fatalf("%s of %lu bytes at 0x%lx is %s", what, n, p, where);
	if (ref == &nospan || (ref->inuse && ref->s->class == StackClass))
		return;
	if (ref->inuse && ref->s->class >= ManagedClass) {
		if (!incollected(ref->s, p, n))
			fatalf("%s of %lu bytes at 0x%lx is not within an object in use", what, n, p);
		return;
	}
	f = findobject(p);
	if (inuse(&f) && p >= f.p && n <= f.r->size && p - f.p <= f.r->size - n)
		return;
	badmemory(p, n, what);
}

NOSPLIT void objectsetkind(const void *p, ObjectKind kind)
{
	findobject((uintptr_t)p).r->kind = (uint8_t)kind;
}

NOSPLIT void objectretire(const void *p, ObjectKind kind)
{
	objectcheck(p, kind, kind);
	findobject((uintptr_t)p).r->retired = true;
}

#ifdef RT0_REPLAY
bool printobject(uintptr_t p)
{
	Found f = findobject(p);

	if (!f.s || f.r->uses == 0 || p < f.p || p >= f.p + f.r->size)
		return false;
	print("0x%lx is byte %lu of %s of %lu bytes\n", p, p - f.p,
	      f.r->kind == KindMemory ? "an object" : kindname(f.r->kind), f.r->size);
	printsite("allocated", &f.r->made);
	return true;
}
#endif
