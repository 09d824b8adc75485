// gobuf.h - arm64: what a context has beside a stack and a place.
#ifndef RT0_ARCH_GOBUF_H
#define RT0_ARCH_GOBUF_H

#include "runtime/base/types.h"

// The floating-point control register. It belongs to the goroutine.
typedef struct {
	uint64_t fpcr;
} FpControl;

// Where a signal found the link register, which holds the return address of a function that
// has not made its frame yet, or no longer has it. NULL: the place is not an interrupted one.
typedef struct {
	const uint64_t *lr;
} Link;

// What an M has besides: curcache (tls.h).
typedef struct {
	struct Mcache *cache;
} MachineWords;

ALWAYS_INLINE void defaultfpcontrol(FpControl *f)
{
	f->fpcr = 0; // what the kernel starts a process with
}

// Reads the control register.
ALWAYS_INLINE void readfpcontrol(FpControl *f)
{
	__asm__ volatile("mrs %0, fpcr" : "=r"(f->fpcr));
}

// switch.S
enum {
	SavedBelow = 24 + 144, // bytes that mcall leaves below a context's sp
	LinkSlot = -3,         // words from there: its link register
	NumCallees = 18,       // words of the registers that C wants preserved, except x29 and x30
};

// Makes pc the return address of a function that will start with the stack pointer *sp.
ALWAYS_INLINE void setreturn(uintptr_t *sp, uintptr_t pc)
{
	((uintptr_t *)*sp)[LinkSlot] = pc;
}

#endif
