// gobuf.h - amd64: what a context has beside a stack and a place.
#ifndef RT0_ARCH_GOBUF_H
#define RT0_ARCH_GOBUF_H

#include "runtime/base/types.h"

// The floating-point control words. They belong to the goroutine.
typedef struct {
	uint32_t mxcsr;
	uint32_t fcw; // x87 control word, in the low half
} FpControl;

// Where a signal found a register with the return address: it is on the stack.
typedef struct {
} Link;

// What an M has besides: the rest of a thread's words is where the thread pointer is.
typedef struct {
} MachineWords;

enum {
	SavedBelow = 6 * 8, // bytes that mcall leaves below a context's sp (switch.S)
	NumCallees = 5,     // words of the registers that C wants preserved, except rbp
};

enum {
	DefaultMxcsr = 0x1f80, // what the kernel starts a process with
	DefaultFcw = 0x37f,
};

ALWAYS_INLINE void defaultfpcontrol(FpControl *f)
{
	f->mxcsr = DefaultMxcsr;
	f->fcw = DefaultFcw;
}

// Reads the control words in force.
ALWAYS_INLINE void readfpcontrol(FpControl *f)
{
	__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(f->mxcsr), "=m"(f->fcw));
}

// Makes pc the return address of a function that will start with the stack pointer *sp.
ALWAYS_INLINE void setreturn(uintptr_t *sp, uintptr_t pc)
{
	*sp -= PtrSize;
	*(uintptr_t *)*sp = pc;
}

#endif
