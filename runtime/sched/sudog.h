// sudog.h - a supply of Sudogs for the waits of room sync/.
#ifndef RT0_SCHED_SUDOG_H
#define RT0_SCHED_SUDOG_H

#include "runtime/runtime.h"

Sudog *acquireSudog(void); // its fields say nothing
void releaseSudog(Sudog *s);
void sudogpurge(P *pp); // pp is going away

#endif
