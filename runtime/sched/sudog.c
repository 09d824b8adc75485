// sudog.c - Sudogs: a cache per P, a central list behind it.
//
// Follows Go's proc.go (acquireSudog). Half a cache moves at a time, so that a P that
// takes and gives around the limit does not go to the central list every time.
#include "runtime/mem/mem.h"
#include "runtime/sched/sched.h"
#include "runtime/sched/sudog.h"

// Puts half a cache of Sudogs on pp: free ones, else new.
static COLD void refill(P *pp)
{
	enum { Half = SudogBufSize / 2 };
	Sudog *s;

	lock(&sched.sudoglock);
	while (pp->sudogcachelen < Half && sched.sudogcache) {
		s = sched.sudogcache;
		sched.sudogcache = s->next;
		s->next = NULL;
		pp->sudogcache[pp->sudogcachelen++] = s;
	}
	unlock(&sched.sudoglock);
	if (pp->sudogcachelen > 0)
		return;
	s = persistentalloc(8 * sizeof *s, CacheLineSize);
	for (int32_t i = 0; i < 8; i++)
		pp->sudogcache[pp->sudogcachelen++] = &s[i];
}

// Moves Sudogs from pp to the central list until keep remain.
static COLD void drain(P *pp, int32_t keep)
{
	lock(&sched.sudoglock);
	while (pp->sudogcachelen > keep) {
		Sudog *s = pp->sudogcache[--pp->sudogcachelen];

		s->next = sched.sudogcache;
		sched.sudogcache = s;
	}
	unlock(&sched.sudoglock);
}

Sudog *acquireSudog(void)
{
	M *mp = acquirem();
	P *pp = mp->p;
	Sudog *s;

	if (unlikely(pp->sudogcachelen == 0))
		refill(pp);
	s = pp->sudogcache[--pp->sudogcachelen];
	if (s->elem)
		throw("acquireSudog: found s.elem != nil in cache");
	releasem(mp);
	return s;
}

void releaseSudog(Sudog *s)
{
	M *mp;
	P *pp;

	if (s->elem || s->isSelect || s->next || s->prev || s->waitlink || s->c)
		throw("runtime: sudog with non-nil field");
	mp = acquirem();
	pp = mp->p;
	if (unlikely(pp->sudogcachelen == SudogBufSize))
		drain(pp, SudogBufSize / 2);
	pp->sudogcache[pp->sudogcachelen++] = s;
	releasem(mp);
}

void sudogpurge(P *pp)
{
	drain(pp, 0);
}
