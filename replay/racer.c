// racer.c - goroutines as the race detector knows them.
//
// built: unchecked
#include "replay/race.h"

#include "runtime/base/getg.h"
#include "runtime/mem/mem.h"

enum { NoSlot = 0, Looks = 8 };

// Slot 0 is nobody's.
typedef struct {
	uint32_t life;  // the last
	uint32_t epoch; // of its last access
	uint32_t next;  // free slots
	uint32_t sweep; // that has seen
	uint8_t seen[2]; // these bytes read, and written
} Slot;

static Pool slots, lives;
static uint32_t freefirst, freelast;
static Racer *freeracers;
static Racer nobody = { .slot = NoSlot }; // g0's: what a timer hands on

static Slot *slotat(uint32_t i)
{
	return poolat(&slots, i, sizeof(Slot));
}

static Life *lifeat(uint32_t i)
{
	return poolat(&lives, i, sizeof(Life));
}

Life *lifeof(uint32_t slot, uint32_t epoch)
{
	Life *l = lifeat(slotat(slot)->life);

	while (l->before != 0 && l->first > epoch)
		l = lifeat(l->before);
	return l;
}

// Returns a slot of one whose end is known to c, or a new one.
static uint32_t takeslot(const Clock *c)
{
	uint32_t *link = &freefirst, before = 0;

	for (int32_t i = 0; i < Looks && *link != 0; i++) {
		uint32_t slot = *link;
		Slot *s = slotat(slot);

		if (clockat(c, slot) >= s->epoch) {
			*link = s->next;
			if (freelast == slot)
				freelast = before;
			return slot;
		}
		before = slot;
		link = &s->next;
	}
	return pooladd(&slots, sizeof(Slot));
}

static void freeslot(uint32_t slot, uint32_t epoch)
{
	Slot *s = slotat(slot);

	s->epoch = epoch;
	s->next = 0;
	if (freefirst == 0)
		freefirst = slot;
	else
		slotat(freelast)->next = slot;
	freelast = slot;
}

// The Racer of gp, whose creator is by; NULL: it was there before.
static void begin(G *gp, const Racer *by)
{
	Racer *r = freeracers;
	uint32_t life;
	Slot *s;

	if (r)
		freeracers = r->next;
	else
		r = persistentalloc(sizeof *r, PtrSize);
	*r = (Racer){ .slot = takeslot(by ? by->clock : NULL) };
	s = slotat(r->slot);
	r->epoch = r->first = s->epoch + 1;
	r->clock = by ? clockshare(by->clock) : NULL;
	life = r->life = pooladd(&lives, sizeof(Life));
	*lifeat(life) = (Life){
		.goid = gp->goid,
		.parent = gp->parentGoid,
		.before = s->life,
		.first = r->epoch,
		.made = by ? by->calls : 0,
		.gopc = gp->gopc,
	};
	s->life = life;
	gp->racer[0] = r;
}

static void beginown(void *gp)
{
	begin(gp, NULL);
}

Racer *racerof(G *gp)
{
	if (unlikely(!gp->racer[0]))
		systemstack(beginown, gp);
	return gp->racer[0];
}

Racer *racer(void)
{
	G *gp = getg()->m->curg;

	return gp ? racerof(gp) : &nobody;
}

// Has the sweep seen an access of that slot to all of these bytes before?
bool sweepseen(uint32_t slot, uint32_t sweep, bool write, uint8_t mask)
{
	Slot *s = slotat(slot);
	bool before;

	if (s->sweep != sweep) {
		s->sweep = sweep;
		s->seen[0] = s->seen[1] = 0;
	}
	before = (mask & ~s->seen[write]) == 0;
	s->seen[write] |= mask;
	return before;
}

// What has been done until now is in r->clock.
void racertick(Racer *r)
{
	if (!r->used)
		return;
	r->used = false;
	r->clock = clockset(r->clock, r->slot, r->epoch);
	if (++r->epoch == 0)
		throw("the race detector has no epochs left");
}

static void beginnew(void *newg)
{
	Racer *by = racer();

	racertick(by);
	begin(newg, by);
}

void racenew(G *newg)
{
	systemstack(beginnew, newg);
	raceclear(newg->stack.lo, newg->stack.hi - newg->stack.lo);
}

// On g0.
void raceend(G *gp)
{
	Racer *r = gp->racer[0];

	gp->racer[0] = NULL;
	if (!r)
		return;
	lifeat(r->life)->ended = true;
	freeslot(r->slot, r->used ? r->epoch : r->epoch - 1);
	clockdrop(r->clock);
	clockdrop(r->fence);
	clockdrop(r->seen);
	r->next = freeracers;
	freeracers = r;
}

// Also those that have ended.
static void afterall(void *unused)
{
	Racer *r = racer();

	(void)unused;
	for (uint32_t i = 1; i <= slots.n; i++)
		r->clock = clockset(r->clock, i, max(slotat(i)->epoch, clockat(r->clock, i)));
	for (uintptr_t i = 0; i < allglen; i++) {
		Racer *other = allgs[i]->racer[0];
		Clock *both;

		if (!other || other == r)
			continue;
		racertick(other);
		both = clockjoin(r->clock, other->clock);
		clockdrop(r->clock);
		r->clock = both;
	}
}

void raceafterall(void)
{
	systemstack(afterall, NULL);
}

// What g0 does next has nothing to do with what it did before.
void racefresh(void)
{
	clockdrop(nobody.clock);
	nobody.clock = NULL;
}
