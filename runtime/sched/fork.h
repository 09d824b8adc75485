// fork.h - the child of a fork, in which one goroutine lives; sched/fork.c.
#ifndef RT0_SCHED_FORK_H
#define RT0_SCHED_FORK_H

#include "runtime/runtime.h"

extern uint32_t inforkedchild;

// Forgets the table of descriptors, which knows the parent's goroutines; io/fd.c sets it before the
// table has its first entry.
extern void (*forgetfds)(void);

// In a forked child, on its thread: makes its goroutine the only one. For cgo/, too.
void __rt0_forked(void);

#endif
