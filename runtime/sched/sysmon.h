// sysmon.h - the monitor, and what shows which goroutines wait and what the Ps do.
#ifndef RT0_SCHED_SYSMON_H
#define RT0_SCHED_SYSMON_H

#include "runtime/runtime.h"

// ---- sysmon.c -----------------------------------------------------------------------

void sysmon(void);
void wakesysmon(void) HOLDS(sched.lock); // if it sleeps

// ---- waiting.c: since when goroutines wait ------------------------------------------

uint32_t waitclock(int64_t now); // now in what waitsince is in: seconds
// If gp waits and has no mark yet it gets one, the time: true.
bool markwaiting(G *gp, uint32_t clock);
// sysmon's: a step of the look at all, if it is time; when the next is; one is to come soon.
void lookatwaiting(int64_t now);
int64_t nextlook(void);
void looksoon(int64_t now);

// ---- schedtrace.c: GODEBUG=schedtrace, scheddetail ----------------------------------

void schedtrace(bool detailed);

#endif
