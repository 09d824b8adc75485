// process.h - the handle of a process that has just been started; io/process.c.
#ifndef RT0_IO_PROCESS_H
#define RT0_IO_PROCESS_H

#include "include/rt.h"

// Stores the handle of the child pid, which has pidfd, -1 for none. Returns 0, or kills
// the child and returns why there is no descriptor for it.
int64_t newprocess(rt_process **p, int32_t pid, int32_t pidfd);

#endif
