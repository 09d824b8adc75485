// tls.h - arm64: where a thread finds its G and its guard, and how its memory is laid out.
//
//	0 | g | room up to the block's alignment | the program's thread-local block | M
//	^ the thread pointer, which M's tls[0] holds
//
// The ABI leaves the first two words to the C library; there is none, or it leaves them alone.
//
// With musl the thread pointer is behind its struct pthread, and changes with the goroutine that
// runs (cgo/area.h): g is in each of these places, stored before the pointer to it. So nothing but
// g is found by it: what else is the thread's own is in the M.
#ifndef RT0_ARCH_TLS_H
#define RT0_ARCH_TLS_H

#include "runtime/base/types.h"

#define GWORD "8" // from the thread pointer
#define GETG(gp) __asm__ volatile("mrs %0, tpidr_el0; ldr %0, [%0, #" GWORD "]" : "=r"(gp))
#define SETG(gp) \
	do { \
		uintptr_t tp_; \
		__asm__ volatile("mrs %0, tpidr_el0; str %1, [%0, #" GWORD "]" \
		                 : "=&r"(tp_) : "r"(gp) : "memory"); \
	} while (0)

// The guard in force on this M. No prologue reads it, only functions of the interface. The
// runtime's code is not preempted between two instructions, so all loads are of one M. A thread
// of a C library's has no G, and must look.
#define GETGUARD(value) \
	do { \
		G *g_; \
		GETG(g_); \
		value = g_ ? __atomic_load_n(&g_->m->guard, __ATOMIC_RELAXED) : GuardLook; \
	} while (0)
#define SETGUARD(value) \
	do { \
		G *g_; \
		GETG(g_); \
		if (g_) \
			__atomic_store_n(&g_->m->guard, value, __ATOMIC_RELAXED); \
	} while (0)
// yes: has it one of the bits, which are in its low byte?
#define TESTGUARD(yes, bits) \
	do { \
		uintptr_t word_; \
		GETGUARD(word_); \
		yes = (word_ & (bits)) != 0; \
	} while (0)

// With a C library, the area in force, which ends at the thread pointer.
enum { AreaBytes = 200 };
#define GETAREA(a) __asm__ volatile("mrs %0, tpidr_el0; sub %0, %0, %1" : "=r"(a) : "i"(AreaBytes))
#define SETAREA(a) \
	do { \
		uintptr_t area_ = (uintptr_t)(a) + AreaBytes; \
		G *g_; \
		GETG(g_); \
		__asm__ volatile("str %1, [%0, #" GWORD "]; msr tpidr_el0, %0" \
		                 : : "r"(area_), "r"(g_) : "memory"); \
	} while (0)

// The cache in force (runtime.h) is a word of the M.
#define curcache (getg()->m->machine.cache)
#define SETCACHE(mp, c) ((mp)->machine.cache = (c))
enum { CacheIsThreads = false };
#define INITCACHE(mp) SETCACHE(mp, nocache)
#define DEFINECACHE(first)

// Compilers look for the canary in a variable of the process.
extern uintptr_t __stack_chk_guard;
#define SETCANARY(canary) (__stack_chk_guard = (canary))

// Returns the distance of the block from the thread pointer.
ALWAYS_INLINE uintptr_t tlsfront(uintptr_t align)
{
	return alignup((uintptr_t)16, align);
}

// Returns how far behind memory with this alignment M begins, with n bytes of block.
ALWAYS_INLINE uintptr_t moffset(uintptr_t n, uintptr_t align)
{
	return tlsfront(align) + n;
}

// Returns the beginning of the block of n bytes of the M at m.
ALWAYS_INLINE char *tlsblock(void *m, uintptr_t n)
{
	return (char *)m - n;
}

// Fills the words of tls, an M's, that its thread begins with. first is m0's; block, with this
// alignment, is the M's.
ALWAYS_INLINE void tlsinit(uintptr_t *tls, const uintptr_t *first, char *block, uintptr_t align)
{
	uintptr_t *tp = (uintptr_t *)(block - tlsfront(align));

	(void)first;
	tls[0] = (uintptr_t)tp;
	tp[1] = 0; // g, perhaps of the M that was here before
}

#endif
