// entersyscall.h - code that may block its thread: system calls, functions of a C library.
#ifndef RT0_SCHED_ENTERSYSCALL_H
#define RT0_SCHED_ENTERSYSCALL_H

#include "runtime/runtime.h"

// The caller's frame: where the goroutine's stack ends while it is away.
#define CALLERPC ((uintptr_t)__builtin_return_address(0))
#define CALLERSP ((uintptr_t)__builtin_dwarf_cfa())
#define CALLERBP (*(uintptr_t *)__builtin_frame_address(0))
enum { SyscallFrame = 384 }; // bytes below it in use: rt_raw_syscall's frame, asmcgocall's

// ---- syscall.c ----------------------------------------------------------------------

// Between the two the thread may block and the P may be taken from it. The caller of
// entersyscall must still be on the stack at exitsyscall. What its callers' registers lead to
// is seen until then (switch.S), but not what it loads or makes after entersyscall.
void entersyscall(void);
void exitsyscall(void);
// What entersyscall and entersyscallblock continue with.
void entersaved(void);
void enterblocksaved(void);
// Enters the system call again that the goroutine has left, on another stack.
void reentersyscall(uintptr_t pc, uintptr_t sp, uintptr_t bp);
void entersyscallblock(void); // gives the P away at once
bool notetsleepg(Note *n, int64_t ns); // on a goroutine

// ---- cgocall.c ----------------------------------------------------------------------

void freegcgo(M *mp);
void becomegoroutine(void); // as gcgo
void ceasegoroutine(void);

#endif
