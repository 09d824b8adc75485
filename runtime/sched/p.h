// p.h - processors. own.h has the functions that tie a P to an M.
#ifndef RT0_SCHED_P_H
#define RT0_SCHED_P_H

#include "runtime/runtime.h"

// ---- p.c: a processor's life --------------------------------------------------------

// The most processors that Linux runs on. A P takes 7 KiB, so a million of them would take a
// minute and gigabytes: a greater number counts as this.
enum { MaxProcs = 8192 };

P *procresize(int32_t nprocs) HOLDS(sched.lock); // 0 < nprocs <= MaxProcs
void p_init(P *pp, int32_t id);
void p_destroy(P *pp) HOLDS(sched.lock);
bool takesyscallp(P *pp, uint32_t status);
void acquirep(P *pp);
void wirep(P *pp);
P *releasep(void);
void pidleput(P *pp) HOLDS(sched.lock);
P *pidleget(void) HOLDS(sched.lock);

// ---- psorder.c: all Ps in random order ----------------------------------------------

typedef struct {
	uint32_t i, count, pos, inc;
} RandomEnum;
#define NumCoprimes 64

void randomOrder_reset(uint32_t count);
RandomEnum randomOrder_start(uint32_t i);
ALWAYS_INLINE bool randomEnum_done(const RandomEnum *e)
{
	return e->i == e->count;
}
ALWAYS_INLINE void randomEnum_next(RandomEnum *e)
{
	e->i++;
	e->pos += e->inc;
	if (e->pos >= e->count)
		e->pos -= e->count;
}

#endif
