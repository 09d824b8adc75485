// race.c - data races: two accesses of some bytes, one of them at least a write, that nothing
// orders.
//
// Code compiled with -fsanitize=thread says what it accesses (access.c), functions of rt.h what
// they access for it. Of each 8 bytes the accesses are kept that a later one may be a race with:
// a write takes the place of all others, a read that of reads that come before it, in the
// order of sync.c. So a race is found whatever comes between its two accesses, and there is none
// where nothing is reported: for this run, and for all that take its decisions.
//
// A list may be as long as there are goroutines that read at one time. An access looks at
// the first of them alone, and now and then, when the list has grown to twice its length, it
// removes what others of the list make superfluous.
//
// The first part of raceaccess is on the goroutine's stack, without checks; everything else on g0.
//
// built: unyielding
#include "replay/race.h"

#include "runtime/base/getg.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "unwind.h"

enum {
	TopBits = 17, MiddleBits = 18, PageBits = 12,
	PageGranules = (1 << PageBits) / 8,
	Near = 16, LeastCredit = 64, MostCredit = 60000,
	MostBytes = 64 << 20, // of one call
	FreedBytes = 1024, // of a freed object that are noted even if nobody has accessed them
};

extern const char __text_start[];

bool racing;

// ---- memory to granules -------------------------------------------------------------

static Granule **top[1 << TopBits];

// On the goroutine's stack, too. NULL: nothing is known of what is there.
ALWAYS_INLINE Granule *knowngranule(uintptr_t p)
{
	uintptr_t i = p >> (MiddleBits + PageBits);
	Granule **middle = i >> TopBits == 0 ? top[i] : NULL;
	Granule *page = middle ? middle[p >> PageBits & ((1 << MiddleBits) - 1)] : NULL;

	return page ? &page[p / 8 % PageGranules] : NULL;
}

Granule *granuleof(uintptr_t p, bool make)
{
	uintptr_t i = p >> (MiddleBits + PageBits);
	Granule ***middle = &top[i & ((1 << TopBits) - 1)], **page;

	if (!make)
		return knowngranule(p);
	if (i >> TopBits != 0)
		return NULL;
	if (!*middle)
		*middle = persistentalloc(sizeof **middle << MiddleBits, PtrSize);
	page = &(*middle)[p >> PageBits & ((1 << MiddleBits) - 1)];
	if (!*page)
		*page = persistentalloc(PageGranules * sizeof **page, PtrSize);
	return &(*page)[p / 8 % PageGranules];
}

// ---- cells --------------------------------------------------------------------------

static Pool cells;
static uint32_t freecells;

ALWAYS_INLINE Cell *at(uint32_t i)
{
	return poolat(&cells, i, sizeof(Cell));
}

static void freecell(uint32_t i)
{
	at(i)->next = freecells;
	freecells = i;
}

static uint32_t newcell(void)
{
	uint32_t i = freecells;

	if (i == 0)
		return pooladd(&cells, sizeof(Cell));
	freecells = at(i)->next;
	return i;
}

static void push(uint32_t *list, const Cell *c, uint32_t credit)
{
	uint32_t i = newcell();

	*at(i) = *c;
	at(i)->credit = (uint16_t)credit;
	at(i)->next = *list;
	*list = i;
}

static void drop(uint32_t *list)
{
	uint32_t next;

	for (uint32_t i = *list; i != 0; i = next) {
		next = at(i)->next;
		freecell(i);
	}
	*list = 0;
}

// These bytes have a new value.
static void erase(uint32_t *list, uint8_t mask)
{
	uint32_t *link = list;

	while (*link != 0) {
		uint32_t i = *link;
		Cell *c = at(i);

		c->mask &= (uint8_t)~mask;
		if (c->mask != 0) {
			link = &c->next;
			continue;
		}
		*link = c->next;
		freecell(i);
	}
}

// ---- an access of one granule -------------------------------------------------------

typedef struct {
	Racer *r;
	uintptr_t p, n;
	Cell now;
} Access;

// Does c come before what r does now?
static bool comesbefore(const Cell *c, const Racer *r)
{
	return c->slot == r->slot || c->epoch <= clockat(r->clock, c->slot);
}

// With those of the list that have one of these kinds.
static void compare(const Access *a, uintptr_t p, uint32_t list, uint32_t kinds)
{
	for (uint32_t i = list; i != 0; i = at(i)->next) {
		const Cell *c = at(i);

		if (!(c->mask & a->now.mask) || (c->kind & kinds) != kinds)
			continue;
		if (!comesbefore(c, a->r) || (c->kind & AccessFree))
			racefound(p, c, &a->now);
	}
}

// Whatever is a race with c and comes later is one with now.
static bool superfluous(const Cell *c, const Access *a)
{
	return (c->mask & ~a->now.mask) == 0 && (c->kind & ~a->now.kind) == 0 &&
	       comesbefore(c, a->r);
}

// Removes from the first most of the list what is superfluous; all: also where a goroutine
// has a newer access. Returns how many are left of them.
static uint32_t sweep(uint32_t *list, const Access *a, uint32_t most, bool all)
{
	static uint32_t sweeps;
	uint32_t *link = list, left = 0;

	sweeps += all;
	for (uint32_t n = 0; *link != 0 && n < most; n++) {
		uint32_t i = *link;
		Cell *c = at(i);

		if (superfluous(c, a) ||
		    (all && sweepseen(c->slot, sweeps, c->kind & AccessWrite, c->mask))) {
			*link = c->next;
			freecell(i);
			continue;
		}
		left++;
		link = &c->next;
	}
	return left;
}

static void add(uint32_t *list, const Access *a)
{
	uint32_t credit = *list != 0 ? at(*list)->credit : (uint32_t)LeastCredit;

	if (credit > 0)
		sweep(list, a, Near, false);
	else
		credit = max(sweep(list, a, UINT32_MAX, true), (uint32_t)LeastCredit);
	push(list, &a->now, min(credit, (uint32_t)MostCredit) - 1);
}

static void granule(Granule *g, uintptr_t p, const Access *a)
{
	bool write = a->now.kind & AccessWrite;

	compare(a, p, g->writes, 0);
	if (a->now.kind & AccessAtomic) {
		if (write)
			compare(a, p, g->reads, 0);
		add(&g->atomics, a);
		return;
	}
	compare(a, p, g->atomics, write ? 0 : AccessWrite);
	if (!write) {
		add(&g->reads, a);
		return;
	}
	compare(a, p, g->reads, 0);
	erase(&g->writes, a->now.mask);
	erase(&g->reads, a->now.mask);
	erase(&g->atomics, a->now.mask);
	push(&g->writes, &a->now, 0);
}

// ---- accesses -----------------------------------------------------------------------

// The bytes of [p, end) that the granule of p has.
static uint8_t bytes(uintptr_t p, uintptr_t end)
{
	uintptr_t first = p % 8, n = min(end - p, 8 - first);

	return (uint8_t)(((1u << n) - 1) << first);
}

// Returns the next granule of [p, end) of which something is known, at p or later.
static Granule *nextgranule(uintptr_t *p, uintptr_t end)
{
	while (*p < end) {
		Granule **middle = top[*p >> (MiddleBits + PageBits) & ((1 << TopBits) - 1)];
		uintptr_t step = middle ? 1ul << PageBits : 1ul << (MiddleBits + PageBits);
		Granule *g = middle ? granuleof(*p, false) : NULL;

		if (g)
			return g;
		*p = (*p & ~(step - 1)) + step;
	}
	return NULL;
}

// All of a small object; of a large one what has been accessed.
static void freeall(Access *a, uintptr_t p, uintptr_t end)
{
	bool large = end - p > FreedBytes;
	Granule *g;

	while (p < end && (g = large ? nextgranule(&p, end) : granuleof(p, true))) {
		if (!large || (g->writes | g->reads | g->atomics) != 0) {
			a->now.mask = bytes(p, end);
			granule(g, p, a);
		}
		p = (p & ~(uintptr_t)7) + 8;
	}
}

static void noteaccess(Access *a)
{
	uintptr_t end = a->p + a->n;

	if (end <= a->p)
		return;
	if (a->now.epoch == a->r->epoch)
		a->r->used = true;
	if (a->now.kind & AccessFree) {
		freeall(a, a->p, end);
		return;
	}
	for (uintptr_t p = a->p; p < end; p = (p & ~(uintptr_t)7) + 8) {
		Granule *g = granuleof(p, true);

		if (!g)
			return;
		a->now.mask = bytes(p, end);
		granule(g, p, a);
	}
}

// Is there an access of r's in this epoch among the first of the list, of all these bytes?
ALWAYS_INLINE bool listed(uint32_t list, const Racer *r, uint32_t mask)
{
	for (uint32_t i = list, n = 0; i != 0 && n < 8; i = at(i)->next, n++) {
		const Cell *c = at(i);

		if (c->slot == r->slot && c->epoch == r->epoch && (mask & ~(uint32_t)c->mask) == 0)
			return !(c->kind & AccessFree);
	}
	return false;
}

// Has r noted the access in this epoch, or a stronger one?
ALWAYS_INLINE bool noted(const Granule *g, const Racer *r, uint32_t mask, uint32_t kind)
{
	if (kind & AccessAtomic)
		return false;
	if (kind & AccessWrite)
		return (g->reads | g->atomics) == 0 && listed(g->writes, r, mask);
	return listed(g->writes, r, mask) || listed(g->reads, r, mask);
}

typedef struct {
	uintptr_t p, n;
	uint32_t kind;
	uintptr_t pc;
	const uintptr_t *frame;
} Request;

static void access(void *arg)
{
	const Request *q = arg;
	Racer *r = racer();
	Access a = {
		.r = r,
		.p = q->p,
		.n = q->n,
		.now = {
			.slot = r->slot,
			.epoch = r->epoch,
			.calls = r->calls,
			.pc = (uint32_t)(q->pc - (uintptr_t)__text_start),
			.kind = (uint8_t)q->kind,
		},
	};

	noteaccess(&a);
}

// n bytes at p, by the code at pc.
void raceaccess(uintptr_t p, uintptr_t n, uint32_t kind, uintptr_t pc)
{
	Request q = { .p = p, .n = n, .kind = kind, .pc = pc };
	G *gp = getg();
	const Granule *g;
	const Racer *r;

	if (gp != gp->m->curg || gp->m->locks > 0) // the program's memcpy, called by the runtime
		return;
	g = knowngranule(p);
	r = gp->racer[0];
	if (!g || !r || p % 8 + n > 8 || !noted(g, r, bytes(p, p + n), kind))
		systemstack(access, &q);
}

// ---- for the program ----------------------------------------------------------------

extern const char __runtime_text_start[], __runtime_text_end[];

// By the function of rt.h that the program has called, which has the frame q->frame, or called
// what has it.
static void accessfor(void *arg)
{
	const Request *q = arg;
	const uintptr_t *f = q->frame;
	uintptr_t pc = 0, inner;
	Racer *r = racer();
	Access a = {
		.r = r,
		.p = q->p,
		.n = min(q->n, (uintptr_t)MostBytes),
		.now = { .slot = r->slot, .epoch = r->epoch, .kind = (uint8_t)(q->kind & AccessKinds) },
	};

	do {
		inner = pc;
		pc = f[1];
		if (inmorestack(pc)) {
			f = (const uintptr_t *)f[0];
			pc = f[2];
		}
		f = (const uintptr_t *)f[0];
	} while (f && pc >= (uintptr_t)__runtime_text_start && pc < (uintptr_t)__runtime_text_end);
	a.now.pc = (uint32_t)(inner - (uintptr_t)__text_start);
	a.now.calls = callfrom(r->calls, pc);
	if ((q->kind & AccessUse) && syncignored(q->p))
		return;
	if ((q->kind & AccessUse) && !r->used)
		a.now.epoch = max(r->epoch - 1, r->first);
	noteaccess(&a);
}

ALWAYS_INLINE void accesses(const void *p, uintptr_t n, uint32_t kind)
{
	Request q = { (uintptr_t)p, n, kind, 0, __builtin_frame_address(0) };

	if (getg() == getg()->m->curg && n > 0)
		systemstack(accessfor, &q);
}

// Unless it is an object of the runtime's. A use alone begins no epoch: so an unlock and a done that
// follow each other release one clock, and the two objects' share what they have.
NOINLINE void raceused(const void *p)
{
	accesses(p, 1, AccessUse);
}

NOINLINE void raceread(const void *p, uintptr_t n)
{
	accesses(p, n, 0);
}

NOINLINE void racewritten(const void *p, uintptr_t n)
{
	accesses(p, n, AccessWrite);
}

// A pointer that leads nowhere is the kernel's to refuse.
NOINLINE void racereadstring(const char *s)
{
	enum { Page = 1 << PageBits };
	uintptr_t n = 0;

	do {
		if ((n == 0 || (uintptr_t)&s[n] % Page == 0) && !canread(&s[n], 1))
			return;
	} while (s[n++]);
	accesses(s, n, 0);
}

// ---- descriptors --------------------------------------------------------------------

char racefds[RaceFds]; // by their addresses: a use reads, a close writes

NOINLINE void racefd(int32_t fd, bool closes)
{
	const char *p = &racefds[fd];

	if (fd < 0 || fd >= RaceFds)
		return;
	if (closes)
		raceafter(p);
	accesses(p, 1, closes ? AccessWrite : 0);
	racebefore(p);
}

void raceopened(int32_t fd)
{
	if (fd < RaceFds)
		raceafter(&racefds[fd]);
}

// ---- memory that changes its owner --------------------------------------------------

typedef struct {
	uintptr_t p, n;
} Range;

static void clear(void *arg)
{
	const Range *range = arg;
	uintptr_t p = range->p & ~(uintptr_t)7, end = range->p + range->n;
	Granule *g;

	for (; (g = nextgranule(&p, end)); p += 8) {
		if ((g->writes | g->reads | g->atomics | g->syncs) == 0)
			continue;
		drop(&g->writes);
		drop(&g->reads);
		drop(&g->atomics);
		syncclear(g);
	}
}

// What was there is no more.
void raceclear(uintptr_t p, uintptr_t n)
{
	Range range = { p, n };

	systemstack(clear, &range);
}

void raceallocated(uintptr_t p, uintptr_t n)
{
	raceclear(p, n);
}

// A write, after which there must be none and no read.
NOINLINE void racefreed(uintptr_t p, uintptr_t n)
{
	accesses((const void *)p, n, AccessWrite | AccessFree);
}
