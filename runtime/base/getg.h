// getg.h - the running G, and the numbers each M draws.
#ifndef RT0_BASE_GETG_H
#define RT0_BASE_GETG_H

#include "runtime/runtime.h"

// Where code is compiled for size, a call: five bytes instead of nine.
#ifdef RT0_SMALL
#define GETG(gp) __asm__ volatile("call getg_rax" : "=a"(gp))
#else
#define GETG(gp) __asm__ volatile("movq %%fs:-8, %0" : "=r"(gp))
#endif

// Volatile: a goroutine that waits may go on on another thread, whose word this is then.
// The G stays the same over a switch; getg()->m does not.
// A macro like getguard, because where a function begins with an inlined one, gdb shows a
// breakpoint in that: "break schedule" would stop in here.
#define getg() \
	__extension__({ \
		G *gp_; \
		GETG(gp_); \
		gp_; \
	})

ALWAYS_INLINE void setg(G *gp)
{
	__asm__ volatile("movq %0, %%fs:-8" : : "r"(gp) : "memory");
}

// The guard in force on this M: what each prologue compares the stack pointer with.
#define getguard() \
	__extension__({ \
		uintptr_t guard_; \
		__asm__ volatile("movq %%fs:0x70, %0" : "=r"(guard_)); \
		guard_; \
	})

ALWAYS_INLINE void setguard(uintptr_t guard)
{
	__asm__ volatile("movq %0, %%fs:0x70" : : "r"(guard) : "memory");
}

// A fast random number of this M (xorshift64+).
ALWAYS_INLINE uint32_t fastrand(void)
{
	M *mp = getg()->m;
	uint32_t s1 = mp->fastrand[0], s0 = mp->fastrand[1];

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
