// fork.h - the child of a fork, in which one goroutine lives; sched/fork.c.
#ifndef RT0_SCHED_FORK_H
#define RT0_SCHED_FORK_H

#include "runtime/runtime.h"

extern uint32_t inforkedchild;

// In a forked child, on its thread: makes its goroutine the only one. For cgo/, too.
void __rt0_forked(void);

#endif
