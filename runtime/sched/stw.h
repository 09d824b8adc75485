// stw.h - stopping the world, and running a function at a safe point of every P.
#ifndef RT0_SCHED_STW_H
#define RT0_SCHED_STW_H

#include "runtime/lock/lock.h"
#include "runtime/runtime.h"

// ---- what the Ms ask ----------------------------------------------------------------

// Is the world to stop? Relaxed: an M that has missed the request is asked again, and one that
// is about to put a P on the idle list holds sched.lock, under which the request is made.
ALWAYS_INLINE uint32_t worldstops(void)
{
	return atomic_load_relaxed(&sched.gcwaiting);
}

// Shall pp run sched.safePointFn? A plain load, since forEachP asks again; and a macro, so that
// the compiler can test this and roundwanted, in one word, at once.
#define safepointwanted(pp) ((pp)->runSafePointFn)

// In a forked child, whose P is pp: the parent's requests are not the child's.
ALWAYS_INLINE void forgetstops(P *pp)
{
	atomic_store_relaxed(&sched.freezing, 0);
	atomic_store_relaxed(&sched.gcwaiting, 0);
	pp->runSafePointFn = 0;
}

// ---- ways in which a P stops --------------------------------------------------------

void gcstopm(void);
void stoplent(P *pp);
void pstopped(P *pp) HOLDS(sched.lock);

// ---- safe points --------------------------------------------------------------------

void runSafePointFn(void);
void safepointfor(P *pp) HOLDS(sched.lock);

// ---- stopping and starting ----------------------------------------------------------

enum { FreezeStopWait = 0x7fffffff };

void stopTheWorld(const char *reason);
void startTheWorld(void);
void forEachP(void (*fn)(P *));
void freezetheworld(void);

#endif
