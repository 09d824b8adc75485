// library.h - amd64: what cgo/ must know of musl, and of the kernel, that other processors have
// otherwise.
#ifndef RT0_ARCH_LIBRARY_H
#define RT0_ARCH_LIBRARY_H

#include <asm/unistd.h>

#include "runtime/base/types.h"
#include "tls.h"

// ---- the area -----------------------------------------------------------------------

// Words of struct pthread, behind self and at its end.
#define AREABEGINS uintptr_t *dtv;
#define AREACANARY uintptr_t canary;
#define AREAENDS
#define AREACHECKS \
	_Static_assert(offsetof(Area, canary) == 0x28, "where compilers look for it"); \
	_Static_assert(offsetof(Area, result) == 0x70, "where prologues look for the guard")

enum {
	AreaError = 52, // errno in struct pthread
	// Words of it that assembly knows.
	AreaHeld = 144, AreaPins = 146, AreaJumping = 148, AreaJump = 152,
};

// The thread-local block of n bytes is directly below the area, and the dtv directly above it.
//
//	| block | struct pthread | dtv |
//	        ^area, aligned as the block is

// Returns the bytes of both, without what aligns them and the dtv.
ALWAYS_INLINE uintptr_t areabytes(uintptr_t align, uintptr_t n)
{
	(void)align;
	return n + AreaBytes;
}

// Returns the place of the area that ends at the highest address up to hi.
ALWAYS_INLINE uintptr_t areabefore(uintptr_t hi, uintptr_t align, uintptr_t n)
{
	(void)n;
	return (hi - AreaBytes) & ~(align - 1);
}

ALWAYS_INLINE char *areablock(void *area, uintptr_t align, uintptr_t n)
{
	(void)align;
	return (char *)area - n;
}

// Returns where both begin.
ALWAYS_INLINE char *areafront(void *area, char *block)
{
	(void)area;
	return block;
}

// Returns where both end: the dtv is there.
ALWAYS_INLINE char *areaback(void *area, uintptr_t align, uintptr_t n)
{
	(void)n, (void)align;
	return (char *)area + AreaBytes;
}

// Fills the area and the block, of n bytes, with zeros, except the first ndata of the block. In
// one call: gcc makes string instructions of a whole struct, which are slow to start.
ALWAYS_INLINE void cleararea(void *area, char *block, uintptr_t ndata, uintptr_t n)
{
	(void)n;
	__builtin_memset(block + ndata, 0, (uintptr_t)((char *)area + AreaBytes - (block + ndata)));
}

// A thread-local variable of cgo/'s, of the thread whatever area is in force.
#define THREADLOCAL static __thread
#define OFTHREAD(variable) (variable)

// ---- others -------------------------------------------------------------------------

enum {
	// In a jmp_buf: musl's words, and one behind what it uses.
	JumpStackPointer = 6, JumpMask = 9, JumpValue = 12,
	LeastSignalStack = 2048, // its MINSIGSTKSZ
};

// Calls mstart, which returns with the stack pointer as it was and no other register; as Go calls
// it.
#define crosscall crosscall_amd64

// ---- system calls -------------------------------------------------------------------

// The number and arguments of a call that opens a file.
#define OPENCALL(path, flags, mode) __NR_open, path, flags, mode, 0, 0, 0
#define OPENFILE(path, flags) syscall3(__NR_open, path, flags, 0)

enum {
	HasDup2 = true,
	StatMode = 24, // where st_mode is in struct stat
};

#endif
