// sync.h - blocking a goroutine: channels, semaphores, wait groups, sleep.
#ifndef RT0_SYNC_SYNC_H
#define RT0_SYNC_SYNC_H

#include "runtime/sched/sched.h"
#include "runtime/sched/sudog.h"

// ---- chan.c -------------------------------------------------------------------------

uint64_t chanelemsize(const Hchan *c);

// ---- sema.c -------------------------------------------------------------------------

// Waits until *addr > 0 and takes one.
void semacquire(uint32_t *addr, WaitReason reason);
// Gives one, and wakes who waited longest for it.
void semrelease(uint32_t *addr);

#endif
