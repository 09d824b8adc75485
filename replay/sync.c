// sync.c - what comes before what.
//
// What a goroutine has done before racebefore(p) comes before what another does after raceafter(p).
// Atomic accesses order as C says: release and acquire, the sequences of reads and writes that
// begin with a release, and fences.
//
// Everything is done on g0, since clock.c calls itself.
//
// built: unyielding
#include "replay/race.h"

#include "runtime/base/getg.h"
#include "runtime/mem/mem.h"

#ifndef RT0_HOSTED // hosted/io.c has it
const char __rt0_io = 1;
#endif

typedef struct {
	Clock *clock;    // what was released
	uint32_t next;   // of this granule, or free
	uint32_t slot;   // the last that has
	uint32_t offset; // the byte of the granule
	bool ignored;
} Sync;

static Pool syncs;
static uint32_t freesyncs;

static Sync *at(uint32_t i)
{
	return poolat(&syncs, i, sizeof(Sync));
}

// Returns what was released there; without make perhaps NULL.
static Sync *syncof(uintptr_t p, bool make)
{
	Granule *g = granuleof(p, make);
	uint32_t i;

	if (!g)
		return NULL;
	for (i = g->syncs; i != 0; i = at(i)->next) {
		if (at(i)->offset == p % 8)
			return at(i);
	}
	if (!make)
		return NULL;
	i = freesyncs;
	if (i != 0)
		freesyncs = at(i)->next;
	else
		i = pooladd(&syncs, sizeof(Sync));
	*at(i) = (Sync){ .next = g->syncs, .offset = p % 8 };
	g->syncs = i;
	return at(i);
}

bool syncignored(uintptr_t p)
{
	const Sync *y = syncof(p, false);

	return y && y->ignored;
}

void syncclear(Granule *g)
{
	uint32_t next;

	for (uint32_t i = g->syncs; i != 0; i = next) {
		next = at(i)->next;
		clockdrop(at(i)->clock);
		at(i)->next = freesyncs;
		freesyncs = i;
	}
	g->syncs = 0;
}

static void join(Clock **into, Clock *c)
{
	Clock *both;

	if (!c || *into == c)
		return;
	both = clockjoin(*into, c);
	clockdrop(*into);
	*into = both;
}

static void replace(Clock **old, Clock *c)
{
	clockshare(c);
	clockdrop(*old);
	*old = c;
}

typedef struct {
	uintptr_t p;
	uint32_t order;
	G *gp; // NULL: of the code that runs
} Step;

static void step(void (*fn)(void *step), const void *p, uint32_t order)
{
	Step s = { .p = (uintptr_t)p, .order = order };

	systemstack(fn, &s);
}

// ---- the runtime's objects ----------------------------------------------------------

static void before(void *arg)
{
	const Step *s = arg;
	Sync *y = syncof(s->p, true);

	if (y->ignored)
		return;
	racertick(racer());
	join(&y->clock, racer()->clock);
}

void racebefore(const void *p)
{
	step(before, p, 0);
}

static void after(void *arg)
{
	const Step *s = arg;
	Sync *y = syncof(s->p, false);

	if (y)
		join(&(s->gp ? racerof(s->gp) : racer())->clock, y->clock);
}

void raceafter(const void *p)
{
	step(after, p, 0);
}

static void ignore(void *p)
{
	syncof((uintptr_t)p, true)->ignored = true;
}

void raceignore(const void *p)
{
	systemstack(ignore, (void *)(uintptr_t)p);
}

void raceafterof(G *gp, const void *p)
{
	Step s = { .p = (uintptr_t)p, .gp = gp };

	systemstack(after, &s);
}

// ---- channels -----------------------------------------------------------------------

// A send comes before its receive; and a receive before the end of the send that takes its
// place in the buffer, or without a buffer before the end of its own. Each place has a clock.
struct RaceChan {
	uint64_t cap, sent, received;
	uint64_t used; // places that have a clock, or had one
	uint32_t order;
	RaceChan *next; // on the free list
	Clock *place[];
};

// Not of the program's heap, where an allocation may be a choice. By log2 of the size.
static RaceChan *freechans[64];

static void makechan(void *arg)
{
	RaceChan **made = arg, *o;
	uint64_t cap = (*made)->cap;
	uint64_t size = sizeof *o + cap * sizeof *o->place;
	uint32_t order = 64 - (uint32_t)__builtin_clzl(size - 1);

	o = freechans[order];
	if (o)
		freechans[order] = o->next;
	else
		o = persistentalloc(1ul << order, PtrSize);
	__builtin_memset(o, 0, o->used * sizeof *o->place + sizeof *o);
	o->cap = cap;
	o->order = order;
	*made = o;
}

RaceChan *racechan(uint64_t cap)
{
	RaceChan wanted = { .cap = cap }, *o = &wanted;

	systemstack(makechan, &o);
	return o;
}

static void freechan(void *arg)
{
	RaceChan *o = arg;

	for (uint64_t i = 0; i < o->used; i++)
		clockdrop(o->place[i]);
	o->next = freechans[o->order];
	freechans[o->order] = o;
}

void racechanfree(RaceChan *o)
{
	if (o)
		systemstack(freechan, o);
}

typedef struct {
	RaceChan *o;
	G *gp, *other; // NULL: the code that runs
} Passing;

static void pass(RaceChan *o, Racer *r, uint64_t n)
{
	Clock **place = &o->place[n % o->cap];

	o->used = max(o->used, n % o->cap + 1);
	join(&r->clock, *place);
	racertick(r);
	replace(place, r->clock);
}

static Racer *racerin(G *gp)
{
	return gp ? racerof(gp) : racer();
}

static void sent(void *arg)
{
	const Passing *p = arg;

	pass(p->o, racerin(p->gp), p->o->sent++);
}

static void received(void *arg)
{
	const Passing *p = arg;

	pass(p->o, racerin(p->gp), p->o->received++);
}

static void met(void *arg)
{
	const Passing *p = arg;
	Racer *r = racerin(p->gp), *other = racerin(p->other);

	racertick(r);
	racertick(other);
	join(&r->clock, other->clock);
	replace(&other->clock, r->clock);
}

static void passing(void (*fn)(void *passing), RaceChan *o, G *gp, G *other)
{
	Passing p = { o, gp, other };

	systemstack(fn, &p);
}

// o: NULL for a channel that is older than racing.
void racesent(RaceChan *o, G *gp)
{
	if (o)
		passing(sent, o, gp, gp);
}

void racereceived(RaceChan *o, G *gp)
{
	if (o)
		passing(received, o, gp, gp);
}

void racehandover(RaceChan *o, G *from, G *to)
{
	if (!o || o->cap == 0) {
		passing(met, o, from, to);
	} else if (to) { // waits, since the buffer is empty
		racesent(o, from);
		racereceived(o, to);
	} else { // the buffer is full
		racereceived(o, to);
		racesent(o, from);
	}
}

// ---- atomic accesses ----------------------------------------------------------------

static bool acquires(uint32_t order)
{
	return order == __ATOMIC_CONSUME || order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL ||
	       order == __ATOMIC_SEQ_CST;
}

static bool releases(uint32_t order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

enum { OrderBits = 0x7fff }; // what is above is of transactions

static void load(void *arg)
{
	const Step *s = arg;
	const Sync *y = syncof(s->p, false);

	if (y)
		join(acquires(s->order) ? &racer()->clock : &racer()->seen, y->clock);
}

void raceload(const volatile void *p, int order)
{
	step(load, (const void *)(uintptr_t)p, (uint32_t)order & OrderBits);
}

// A release begins a new sequence. A relaxed store ends another goroutine's; it is a release if a
// fence was before it.
static void store(void *arg)
{
	const Step *s = arg;
	Racer *r = racer();
	bool release = releases(s->order);
	Sync *y = syncof(s->p, release || r->fence);

	if (release) {
		racertick(r);
		replace(&y->clock, r->clock);
	} else if (y && y->slot == r->slot) {
		join(&y->clock, r->fence);
	} else if (y) {
		replace(&y->clock, r->fence);
	}
	if (y)
		y->slot = r->slot;
}

void racestore(const volatile void *p, int order)
{
	step(store, (const void *)(uintptr_t)p, (uint32_t)order & OrderBits);
}

// It continues the sequence.
static void update(void *arg)
{
	const Step *s = arg;
	Racer *r = racer();
	bool release = releases(s->order);
	Sync *y = syncof(s->p, release || r->fence);

	if (!y)
		return;
	join(acquires(s->order) ? &r->clock : &r->seen, y->clock);
	if (release)
		racertick(r);
	join(&y->clock, release ? r->clock : r->fence);
}

void raceupdate(const volatile void *p, int order)
{
	step(update, (const void *)(uintptr_t)p, (uint32_t)order & OrderBits);
}

static void fence(void *arg)
{
	const Step *s = arg;
	Racer *r = racer();

	if (acquires(s->order)) {
		join(&r->clock, r->seen);
		replace(&r->seen, NULL);
	}
	if (releases(s->order)) {
		racertick(r);
		replace(&r->fence, r->clock);
	}
}

void racefence(int order)
{
	step(fence, NULL, (uint32_t)order & OrderBits);
}
