// spinlock.h - a lock of a few instructions, for threads without a G as well, which a Mutex
// is not. Its holder must not be interrupted by what wants it: signals are blocked, or no handler
// comes here. 0: unlocked, which a forked child makes of it, whose other threads are gone.
#ifndef RT0_CGO_SPINLOCK_H
#define RT0_CGO_SPINLOCK_H

#include "runtime/base/atomic.h"
#include "runtime/os/os.h"

typedef uint32_t SpinLock;

ALWAYS_INLINE void spinacquire(SpinLock *l)
{
	while (atomic_xchg(l, 1)) // acquire: pairs with spinrelease
		osyield();
}

ALWAYS_INLINE void spinrelease(SpinLock *l)
{
	atomic_store_release(l, 0);
}

#endif
