// machine.h - arm64: single instructions that C has no word for.
#ifndef RT0_ARCH_MACHINE_H
#define RT0_ARCH_MACHINE_H

#include "runtime/base/types.h"

enum {
	PCQuantum = 4, // the size of the shortest instruction
};

// So many segments have guards that are mappings of their own, where the kernel has no others; the
// rest has none. Each goroutine has a segment, and 100,000 must run: a process may have 65,530 mappings.
#define MAPPEDGUARDS (8u << 10)

#define JUMPBACK // amd64's answer to kernels that clear its return predictor
#define WAITRETURNS _Static_assert(1, "") // and to what it predicts behind a switch

// A busy-wait hint to the processor. "yield" does nothing on most; "isb" waits some 10 ns.
ALWAYS_INLINE void cpupause(void)
{
	__asm__ volatile("isb" ::: "memory");
}

// Reads the generic timer's count, after all instructions before it.
ALWAYS_INLINE uint64_t readticks(void)
{
	uint64_t t;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(t) : : "memory");
	return t;
}

// Untouched memory that is read first, and then written, takes two page faults. amd64 has an
// instruction that takes the one of a write; here a load would still come first.
ALWAYS_INLINE void touchpage(void *p)
{
	(void)p;
}

// Makes v, a variable, be in memory here, not in registers alone.
#define inmemory(v) __asm__ volatile("" : : "m"(v))

// A store that says where it came from by the fault's address.
ALWAYS_INLINE void crashat(uintptr_t addr)
{
	__asm__ volatile("str wzr, [%0]" : : "r"(addr) : "memory");
}

// Nothing that a program does makes the processor check alignment.
ALWAYS_INLINE void noalignmentcheck(void)
{
}

// Calls the tracer's hook.
#define TRACEHOOK
#define CALLTRACE(what, arg) __rt0_traceevent(what, arg)

#endif
