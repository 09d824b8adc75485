// calls.c - in which functions an access was made: a tree of all calls that there have been, in
// which each has a number. So to keep them with an access takes one word.
//
// built: unyielding
#include "replay/race.h"

#include "runtime/base/getg.h"
#include "runtime/mem/mem.h"

enum { Heads = 1 << 14 };

extern const char __text_start[];

static Pool calls;
static uint32_t heads[Heads];

uint32_t pooladd(Pool *p, uintptr_t size)
{
	uint32_t i = ++p->n;
	char **chunk = &p->chunk[i / PoolChunk];

	if (i / PoolChunk == PoolChunks)
		throw("the race detector has no memory left");
	if (!*chunk)
		*chunk = persistentalloc(PoolChunk * size, PtrSize);
	return i;
}

static Call *at(uint32_t i)
{
	return poolat(&calls, i, sizeof(Call));
}

const Call *callat(uint32_t i)
{
	return at(i);
}

// 0 is outside of all. On g0, unless it is the call that was asked for last.
uint32_t callfrom(uint32_t outer, uintptr_t returns)
{
	uint32_t pc = (uint32_t)(returns - (uintptr_t)__text_start);
	uint32_t *head = &heads[(outer * 0x9e3779b1u ^ pc * 0x85ebca6bu) >> 18];
	uint32_t i = *head;
	Call *c;

	_Static_assert(Heads == 1 << (32 - 18), "the hash");
	while (i != 0 && (at(i)->outer != outer || at(i)->pc != pc))
		i = at(i)->next;
	if (i == 0) {
		i = pooladd(&calls, sizeof(Call));
		*at(i) = (Call){ .outer = outer, .pc = pc, .next = *head };
		*head = i;
	}
	c = outer != 0 ? at(outer) : NULL;
	if (c)
		c->last = i;
	return i;
}

typedef struct {
	Racer *r;
	uintptr_t pc;
} Enter;

static void enter(void *arg)
{
	const Enter *e = arg;

	e->r->calls = callfrom(e->r->calls, e->pc);
}

void raceenter(uintptr_t pc)
{
	G *gp = getg();
	Racer *r = gp->racer[0];
	uint32_t last;

	if (gp != gp->m->curg)
		return;
	last = r && r->calls != 0 ? at(r->calls)->last : 0;
	if (last != 0 && at(last)->pc == (uint32_t)(pc - (uintptr_t)__text_start)) {
		r->calls = last;
	} else {
		Enter e = { racerof(gp), pc };

		systemstack(enter, &e);
	}
}

// What was entered before racing began is not known.
void raceleave(void)
{
	G *gp = getg();
	Racer *r = gp->racer[0];

	if (gp == gp->m->curg && r && r->calls != 0)
		r->calls = at(r->calls)->outer;
}

uint32_t racecalls(void)
{
	return racer()->calls;
}

// The functions in between are left without a return.
void racereturn(uint32_t back)
{
	racer()->calls = back;
}
