// atomic.h - atomic operations, named by their ordering.
//
// The words are plain types: what is atomic is the access, and each access says how it
// is ordered. Release pairs with acquire.
//
// Where one side stores A and then looks at B, and the other stores B and then looks at A, one
// of the two must see the other's store. Two things make that so, and both are needed:
//
//	the store    is a read-modify-write: xchg, xadd, or, and, a cas that succeeds
//	the look     is atomic_load_seqcst, or a read-modify-write
//
// The first alone is enough on x86-64, whose locked instructions are full barriers; elsewhere a
// weaker load may be done before the store is seen. An acquire is such a load: compilers may use
// an instruction for it that overtakes. tools/check-arch has the list of the looks.
#ifndef RT0_BASE_ATOMIC_H
#define RT0_BASE_ATOMIC_H

#include "runtime/base/types.h"

#define atomic_load_relaxed(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define atomic_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_load_seqcst(p) __atomic_load_n(p, __ATOMIC_SEQ_CST)
#define atomic_store_relaxed(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define atomic_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

// Read-modify-writes.
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

// Is atomic_cas for loops: if it fails, it sets *(old) to the current value.
#define atomic_cas_or_load(p, old, new)                                                \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)

#endif
