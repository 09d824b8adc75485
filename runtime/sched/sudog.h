// sudog.h - a supply of Sudogs for the waits of room sync/.
#ifndef RT0_SCHED_SUDOG_H
#define RT0_SCHED_SUDOG_H

#include "runtime/base/getg.h"

Sudog *refillSudogs(void);
void drainSudogs(Sudog *s);
void sudogpurge(P *pp); // pp is going away

// The common cases call nothing, so that the P whose cache they have found stays this M's.
ALWAYS_INLINE Sudog *acquireSudog(void) // its fields say nothing
{
	P *pp = getg()->m->p;

	if (unlikely(pp->sudogcachelen == 0))
		return refillSudogs();
	return pp->sudogcache[--pp->sudogcachelen];
}

ALWAYS_INLINE void releaseSudog(Sudog *s)
{
	P *pp = getg()->m->p;

	if (unlikely(s->queued || pp->sudogcachelen == SudogBufSize))
		drainSudogs(s);
	else
		pp->sudogcache[pp->sudogcachelen++] = s;
}

#endif
