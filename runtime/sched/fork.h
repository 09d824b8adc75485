// fork.h - the child of a fork, in which one goroutine lives; sched/fork.c.
#ifndef RT0_SCHED_FORK_H
#define RT0_SCHED_FORK_H

#include "library.h"
#include "runtime/os/syscall.h"
#include "runtime/runtime.h"

extern uint32_t inforkedchild;

// Forgets the table of descriptors, which knows the parent's goroutines; io/fd.c sets it
// before the table has its first entry.
extern void (*forgetfds)(void);

ALWAYS_INLINE bool forks(int64_t nr)
{
	return nr == __NR_fork || nr == __NR_vfork || nr == __NR_clone || nr == __NR_clone3;
}

// Makes one of these calls.
int64_t forkcall(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);

// In a forked child, on its thread: makes its goroutine the only one. For cgo/, too.
void __rt0_forked(void);

#endif
