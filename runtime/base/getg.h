// getg.h - the running G, and the numbers each M draws.
#ifndef RT0_BASE_GETG_H
#define RT0_BASE_GETG_H

#include "runtime/base/replay.h"
#include "runtime/runtime.h"
#include "tls.h"

// Volatile, because a goroutine that parks may continue on another thread, which has a word
// of its own. getg()->m may change over a switch; getg() does not.
// A macro, because gdb shows a breakpoint in the inlined function with which a
// function begins: "break schedule" would stop in here.
#define getg() \
	__extension__({ \
		G *gp_; \
		GETG(gp_); \
		gp_; \
	})

// With a C library: makes the calling thread, which has no G, a goroutine (cgo/foreign.c).
void __rt0_adopt(void);

// For a function of the interface that begins with no check: returns the running G, which a thread
// of a C library may not have yet.
ALWAYS_INLINE G *callerg(void)
{
	if ((Libc || Hosted) && !getg())
		__rt0_adopt();
	return getg();
}

ALWAYS_INLINE void setg(G *gp)
{
	SETG(gp);
}

// Calls fn(arg) on g0's stack (switch.S).
void systemstack(void (*fn)(void *), void *arg);

// A fast random number of this M (xorshift64+); in a replayed run, of the seed.
ALWAYS_INLINE uint32_t fastrand(void)
{
	M *mp = getg()->m;
	uint32_t s1 = mp->fastrand[0], s0 = mp->fastrand[1];

	if (REPLAYING)
		return replayrandom();
	s1 ^= s1 << 17;
	s1 = s1 ^ s0 ^ s1 >> 7 ^ s0 >> 16;
	mp->fastrand[0] = s0;
	mp->fastrand[1] = s1;
	return s0 + s1;
}

// A random number in [0, n).
ALWAYS_INLINE uint32_t fastrandn(uint32_t n)
{
	return (uint32_t)((uint64_t)fastrand() * n >> 32);
}

#endif
