// wake.h - Ms without work: how they sleep, and how others wake them.
#ifndef RT0_SCHED_WAKE_H
#define RT0_SCHED_WAKE_H

#include "runtime/runtime.h"

void wakeidle(void); // wake.c

// Called when work arrives: wakes an M to spin, if an idle P wants work and no M is spinning. The
// caller's queue operation was a read-modify-write; pairs with pidleput's, after which
// findrunnable looks at the queues.
ALWAYS_INLINE void wakep(void)
{
	if (unlikely(atomic_load_seqcst(&sched.npidle) != 0))
		wakeidle();
}

// ---- wake.c -------------------------------------------------------------------------

void parkm(uint32_t why); // 0: idle, 1: until its goroutine is runnable
void stopm(void);
void stopmfor(M *mp, P *pp);
void wakem(M *mp, P *pp);
void startm(P *pp, bool spinning);
void wakesurplus(void);
void beginstart(void);
void endstart(void);
// A timer of a running P has been set to when: it is seen in time.
void wakeNetPoller(int64_t when);
void handoffp(P *pp);
void resetspinning(void);
void mput(M *mp) HOLDS(sched.lock);
M *mget(void) HOLDS(sched.lock);
void incidlelocked(int32_t v);

// ---- startcpu.c ---------------------------------------------------------------------

void beginsharing(void);
void endsharing(void *unused);

// ---- checkdead.c --------------------------------------------------------------------

void checkdead(void) HOLDS(sched.lock);

#endif
