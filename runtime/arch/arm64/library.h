// library.h - arm64: what cgo/ must know of musl, and of the kernel, that other processors have
// otherwise.
#ifndef RT0_ARCH_LIBRARY_H
#define RT0_ARCH_LIBRARY_H

#include <asm/unistd.h>

#include "runtime/base/types.h"
#include "tls.h"

// ---- the area -----------------------------------------------------------------------

// Words of struct pthread, behind self and at its end.
#define AREABEGINS
#define AREACANARY
#define AREAENDS uintptr_t canary, *dtv;
#define AREACHECKS \
	_Static_assert(offsetof(Area, dtv) == AreaBytes - 8, "the last word")

enum {
	AreaError = 36, // errno in struct pthread
	// Words of it that assembly knows.
	AreaHeld = 128, AreaPins = 130, AreaJumping = 132, AreaJump = 136,
};

// The thread pointer is directly behind the area. The runtime's two words follow, and then the
// thread-local block of n bytes and the dtv.
//
//	| struct pthread | 0 | g | room up to the block's alignment | block | dtv |
//	                 ^the thread pointer, aligned as the block is

// Returns the bytes of all, without what aligns them and the dtv.
ALWAYS_INLINE uintptr_t areabytes(uintptr_t align, uintptr_t n)
{
	return AreaBytes + tlsfront(align) + alignup(n, PtrSize);
}

// Returns the place of the area that ends at the highest address up to hi.
ALWAYS_INLINE uintptr_t areabefore(uintptr_t hi, uintptr_t align, uintptr_t n)
{
	return ((hi - alignup(n, PtrSize) - tlsfront(align)) & ~(align - 1)) - AreaBytes;
}

ALWAYS_INLINE char *areablock(void *area, uintptr_t align, uintptr_t n)
{
	(void)n;
	return (char *)area + AreaBytes + tlsfront(align);
}

// Returns where both begin.
ALWAYS_INLINE char *areafront(void *area, char *block)
{
	(void)block;
	return area;
}

// Returns where both end: the dtv is there.
ALWAYS_INLINE char *areaback(void *area, uintptr_t align, uintptr_t n)
{
	return areablock(area, align, n) + alignup(n, PtrSize);
}

// Fills the area and the block, of n bytes, with zeros, except the first ndata of the block.
ALWAYS_INLINE void cleararea(void *area, char *block, uintptr_t ndata, uintptr_t n)
{
	__builtin_memset(area, 0, (uintptr_t)(block - (char *)area));
	__builtin_memset(block + ndata, 0, n - ndata);
}

// A thread-local variable of cgo/'s, of the thread whatever area is in force: the one at the thread
// pointer is the goroutine's. So it is looked for from the area of the thread's g0, by its name.
#define THREADLOCAL static __thread __attribute__((used))
#define OFTHREAD(variable) \
	(*__extension__({ \
		G *self_; \
		uintptr_t tp_; \
		GETG(self_); \
		if (self_) \
			tp_ = (uintptr_t)self_->m->g0->area + AreaBytes; \
		else \
			__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tp_)); \
		__asm__("add %0, %0, #:tprel_hi12:" #variable ", lsl #12\n\t" \
		        "add %0, %0, #:tprel_lo12_nc:" #variable : "+r"(tp_)); \
		(__typeof__(&(variable)))tp_; \
	}))

// ---- others -------------------------------------------------------------------------

enum {
	// In a jmp_buf: musl's words, and one that it leaves out.
	JumpStackPointer = 13, JumpMask = 23, JumpValue = 12,
	LeastSignalStack = 6144, // its MINSIGSTKSZ
};

// Calls mstart, which returns with the stack pointer as it was and no other register.
#define crosscall crosscall_arm64

// ---- system calls -------------------------------------------------------------------

// Calls that this kernel never had: numbers that it answers with ENOSYS.
enum {
	__NR_open = 1 << 10, __NR_creat, __NR_dup2, __NR_getdents, __NR_poll, __NR_select,
	__NR_pause, __NR_epoll_wait, __NR_fork, __NR_vfork,
};

// The number and arguments of a call that opens a file.
#define OPENCALL(path, flags, mode) __NR_openat, (uint64_t)AT_FDCWD, path, flags, mode, 0, 0
#define OPENFILE(path, flags) syscall4(__NR_openat, (uint64_t)AT_FDCWD, path, flags, 0)

enum {
	HasDup2 = false,
	StatMode = 16, // where st_mode is in struct stat
};

#endif
