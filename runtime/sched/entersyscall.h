// entersyscall.h - code that may block its thread: system calls, functions of a C library.
#ifndef RT0_SCHED_ENTERSYSCALL_H
#define RT0_SCHED_ENTERSYSCALL_H

#include "runtime/runtime.h"

// ---- syscall.c ----------------------------------------------------------------------

// Between the two the thread may block and the P may be taken from it. The caller of
// entersyscall must still be on the stack at exitsyscall.
void entersyscall(void);
void exitsyscall(void);
// Enters the system call again that the goroutine has left, on another stack.
void reentersyscall(uintptr_t pc, uintptr_t sp, uintptr_t bp);
void entersyscallblock(void); // gives the P away at once
bool notetsleepg(Note *n, int64_t ns); // on a goroutine

// ---- cgocall.c ----------------------------------------------------------------------

void freegcgo(M *mp);
void becomegoroutine(void); // as gcgo
void ceasegoroutine(void);

#endif
