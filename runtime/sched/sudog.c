// sudog.c - Sudogs: a cache per P, a central list behind it.
//
// Follows Go's proc.go (acquireSudog). Half a cache moves at a time, so that a P that
// takes and gives around the limit does not go to the central list every time.
//
// built: unchecked
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/sched/sudog.h"

// Puts half a cache of Sudogs on pp: free ones, else new.
static void refill(P *pp)
{
	enum { Half = SudogBufSize / 2 };
	Sudog *s;

	lock(&sched.sudoglock);
	while (pp->sudogcachelen < Half && sched.sudogcache) {
		s = sched.sudogcache;
		sched.sudogcache = s->next;
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
static void drain(P *pp, int32_t keep)
{
	lock(&sched.sudoglock);
	while (pp->sudogcachelen > keep) {
		Sudog *s = pp->sudogcache[--pp->sudogcachelen];

		s->next = sched.sudogcache;
		sched.sudogcache = s;
	}
	unlock(&sched.sudoglock);
}

// As acquireSudog, with none in the cache.
COLD Sudog *refillSudogs(void)
{
	M *mp = acquirem();
	Sudog *s;

	refill(mp->p);
	s = mp->p->sudogcache[--mp->p->sudogcachelen];
	releasem(mp);
	return s;
}

// As releaseSudog, with a full cache. Throws if s is still queued.
COLD void drainSudogs(Sudog *s)
{
	M *mp = acquirem();

	if (s->queued)
		throw("runtime: release of a queued sudog");
	drain(mp->p, SudogBufSize / 2);
	mp->p->sudogcache[mp->p->sudogcachelen++] = s;
	releasem(mp);
}

void sudogpurge(P *pp)
{
	drain(pp, 0);
}
