// tls.h - models: the running thread has its G where the checker says, not in a register.
#ifndef RT0_ARCH_TLS_H
#define RT0_ARCH_TLS_H

#include "runtime/base/types.h"

// The checker's; read past the sanitizer, since it belongs to no memory that threads share.
extern uintptr_t mc_g;
#define GETG(gp) __asm__ volatile("movq mc_g, %0" : "=r"(gp))
#define SETG(gp) __asm__ volatile("movq %0, mc_g" : : "r"(gp) : "memory")

// No prologue looks at the guard here, and nobody is asked to yield.
#define GETGUARD(guard) ((guard) = 0)
#define SETGUARD(guard) ((void)(guard))
#define TESTGUARD(yes, bits) ((yes) = false)

enum { AreaBytes = 200 };
#define GETAREA(a) ((a) = NULL)
#define SETAREA(a) ((void)(a))
extern __thread struct Mcache *curcache;
#define SETCACHE(mp, c) ((void)(mp), curcache = (c))
#define DEFINECACHE(first) __thread Mcache *curcache = first;
enum { CanarySlot = 6 };

#endif
