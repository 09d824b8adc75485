// tls.h - amd64: where a thread finds its G and its guard, and how its memory is laid out.
//
//	the program's thread-local block | M: tls[0] = g, tls[1] <- %fs, ...
//
// The block ends with g's word, which is M's first.
#ifndef RT0_ARCH_TLS_H
#define RT0_ARCH_TLS_H

#include "runtime/base/types.h"

#ifdef RT0_HOSTED
#define GWORD "%%fs:__rt0_g@tpoff" // asm.h
#else
#define GWORD "%%fs:-8"
#endif
#define GETG(gp) __asm__ volatile("movq " GWORD ", %0" : "=r"(gp))
#define SETG(gp) __asm__ volatile("movq %0, " GWORD : : "r"(gp) : "memory")

// The guard in force on this M, with which each prologue compares the stack pointer.
#define GETGUARD(guard) __asm__ volatile("movq %%fs:0x70, %0" : "=r"(guard))
#define SETGUARD(guard) __asm__ volatile("movq %0, %%fs:0x70" : : "r"(guard) : "memory")
// yes: has it one of the bits, which are in its low byte?
#define TESTGUARD(yes, bits) \
	__asm__ volatile("testb %1, %%fs:0x70" : "=@ccnz"(yes) : "i"(bits))

// With a C library, the word by which it finds the area in force.
enum { AreaBytes = 200 }; // struct pthread
#define GETAREA(a) __asm__ volatile("movq %%fs:0, %0" : "=r"(a))
#define SETAREA(a) __asm__ volatile("movq %0, %%fs:0" : : "r"(a) : "memory")

// The cache in force (runtime.h) is a word of the thread's own: rt_malloc and rt_free are as short
// as that.
extern __thread struct Mcache *curcache __attribute__((tls_model("local-exec")));
#define SETCACHE(mp, c) ((void)(mp), curcache = (c))
enum { CacheIsThreads = true };
#define INITCACHE(mp) ((void)(mp)) // it begins so
#define DEFINECACHE(first) __thread Mcache *curcache = first;

// The word of tls where a function compiled with a stack protector finds the canary.
enum { CanarySlot = 6 };
#define SETCANARY(canary) __asm__ volatile("movq %0, %%fs:0x28" : : "r"(canary))

// Returns how far behind memory with this alignment M begins, with n bytes of block below
// tls[1]: the thread pointer is aligned.
ALWAYS_INLINE uintptr_t moffset(uintptr_t n, uintptr_t align)
{
	return alignup(n, align) - PtrSize;
}

// Returns the beginning of the block of n bytes of the M at m.
ALWAYS_INLINE char *tlsblock(void *m, uintptr_t n)
{
	return (char *)m + PtrSize - n;
}

// Fills the words of tls, an M's, that its thread begins with. first is m0's; block, with this
// alignment, is the M's.
ALWAYS_INLINE void tlsinit(uintptr_t *tls, const uintptr_t *first, char *block, uintptr_t align)
{
	(void)block, (void)align;
	tls[CanarySlot] = first[CanarySlot]; // the stack protector's canary is the process's
}

#endif
