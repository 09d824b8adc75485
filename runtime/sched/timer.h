// timer.h - timers: a heap of them on each P.
#ifndef RT0_SCHED_TIMER_H
#define RT0_SCHED_TIMER_H

#include "runtime/runtime.h"

// Starts t on the current P's heap.
void addtimer(Timer *t);
bool modtimer(Timer *t, int64_t when); // t is stoppable, as for deltimer
// Stops it, if it is stoppable; false: it was not pending.
bool deltimer(Timer *t);
// Is it pending, and not aside?
bool timerruns(const Timer *t);
// Runs the timers of pp that are due. *now is the time, or 0 to have it read if it is
// needed (and it is stored then). Returns when the next one is due, 0 if none; *ran says
// whether one ran.
int64_t checkTimers(P *pp, int64_t *now, bool *ran);
void moveTimers(P *to, P *from);
// Has the timers that no P runs while a test by rt_test lasts, or is NULL. Changes in the
// stopped world.
extern const P *timersaside;
// Makes all timers of pp so much later. The world is stopped, as for moveTimers.
void shiftTimers(P *pp, int64_t by);
const Timer *timerat(const P *pp, int32_t i); // the ith of its heap
// When the next timer of any P is due; INT64_MAX if none.
int64_t timeSleepUntil(void);

#endif
