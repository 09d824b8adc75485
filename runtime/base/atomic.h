// atomic.h - atomic operations, named by their ordering.
//
// The words are plain types: what is atomic is the access, and each access says how it
// is ordered. Release pairs with acquire; what needs StoreLoad ordering (one side stores
// A then loads B, the other stores B then loads A) uses a locked instruction: xchg, xadd,
// cas, or fence. On x86-64 loads are acquire and stores are release without cost.
#ifndef RT0_BASE_ATOMIC_H
#define RT0_BASE_ATOMIC_H

#include "runtime/base/types.h"

#define atomic_load_relaxed(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define atomic_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_store_relaxed(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define atomic_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

// Locked instructions: full barriers, both ways.
#define atomic_xchg(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define atomic_xadd(p, d) (__atomic_add_fetch(p, d, __ATOMIC_SEQ_CST)) // the new value
#define atomic_or(p, v) __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define atomic_and(p, v) __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)

// Keeps the compiler from moving accesses over it; the processor may.
#define compilerbarrier() __asm__ volatile("" ::: "memory")

// Compare and swap: true when *p was old and is now new.
#define atomic_cas(p, old, new)                                                        \
	({                                                                             \
		__typeof__(*(p)) cas_old_ = (old);                                     \
		__atomic_compare_exchange_n(p, &cas_old_, new, false,                  \
		                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
	})

// The same for loops: when it is false, *(old) is what was there instead.
#define atomic_cas_or_load(p, old, new)                                                \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)

#endif
