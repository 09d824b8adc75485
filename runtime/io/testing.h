// testing.h - what testentry.c, a member of the archive, asks of the runtime.
#ifndef RT0_IO_TESTING_H
#define RT0_IO_TESTING_H

#include "runtime/runtime.h"

int __rt0_runtests(int n, void (*fn)(void *), void *arg, uintptr_t callerpc, const char *name);
void __rt0_testwait(void);

#endif
