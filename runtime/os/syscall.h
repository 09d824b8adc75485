// syscall.h - the bare system call. A result in [-4095, -1] is a negative errno.
#ifndef RT0_OS_SYSCALL_H
#define RT0_OS_SYSCALL_H

#include <asm-generic/errno.h>
#include <asm/unistd.h>

#include "kernelcall.h"
#include "runtime/base/types.h"

// A pointer as a system call's argument.
#define ptrarg(p) ((uint64_t)(uintptr_t)(p))

#endif
