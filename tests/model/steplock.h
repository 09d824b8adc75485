// steplock.h - models: locks of one step.
//
// lock.c and note.c are models of the real ones; here a lock is acquired in a step, if it is
// free. Included before the runtime's files.
#ifndef RT0_MODEL_STEPLOCK_H
#define RT0_MODEL_STEPLOCK_H

#include "tests/model/world.h"

// A random number would make states differ that are alike.
#define fastrand() 5u

ALWAYS_INLINE void lockstep(Mutex *l)
{
	mc_lock(&l->key);
	getg()->m->locks++;
}

ALWAYS_INLINE void unlockstep(Mutex *l)
{
	getg()->m->locks--;
	mc_unlock(&l->key);
}

// Inline, so that a trace says what calls them.
#define lock(l) lockstep(l)
#define unlock(l) unlockstep(l)

#endif
