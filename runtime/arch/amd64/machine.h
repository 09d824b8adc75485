// machine.h - amd64: single instructions that C has no word for.
#ifndef RT0_ARCH_MACHINE_H
#define RT0_ARCH_MACHINE_H

#include "runtime/base/types.h"

enum {
	PCQuantum = 1, // the size of the shortest instruction
};

// So many segments have guards that are mappings of their own, where the kernel has no others: all.
#define MAPPEDGUARDS UINT32_MAX

// JUMPBACK is for a function that returns right after a system call, and for its callers that
// return right after it. It changes nothing but the last instruction: in place of each ret gcc
// writes "jmp __x86_return_thunk", which is in switch.S and jumps to the return address. Some
// kernels clear the processor's return predictor, so that each ret after a call costs 36 ns; an
// indirect jump is predicted by other means. clang has no such attribute and writes rets.
#ifdef __clang__
#define JUMPBACK
#else
#define JUMPBACK __attribute__((function_return("thunk-extern")))
#endif

// At the head of a file whose JUMPBACK functions park the goroutine and then return to its code: they
// end in waitreturn (switch.S), because the processor expects the return of the goroutine that parked
// last.
#ifdef __clang__
#define WAITRETURNS _Static_assert(1, "")
#else
#define WAITRETURNS __asm__(".set __x86_return_thunk, waitreturn")
#endif

// What rt0_go finds out (boot.S).
extern uint32_t processorVersionInfo;
extern uint32_t cpuidLeaves;      // the highest leaf
extern uint32_t cpuidFeatures[2]; // leaf 1: ecx, edx
extern uint8_t isIntel, lfenceBeforeRdtsc;

// Makes v, a variable, be in memory here, not in registers alone.
#define inmemory(v) __asm__ volatile("" : : "m"(v))

// A busy-wait hint to the processor.
ALWAYS_INLINE void cpupause(void)
{
	__builtin_ia32_pause();
}

// Reads the processor's own clock, after all loads before it.
ALWAYS_INLINE uint64_t readticks(void)
{
	if (lfenceBeforeRdtsc)
		__asm__ volatile("lfence" ::: "memory");
	else
		__asm__ volatile("mfence" ::: "memory");
	return __builtin_ia32_rdtsc();
}

// Untouched memory that is read first, and then written, takes two page faults. This takes
// the one of a write.
ALWAYS_INLINE void touchpage(void *p)
{
	__asm__ volatile("orb $0, %0" : "+m"(*(char *)p));
}

// A store that says where it came from by the fault's address.
ALWAYS_INLINE void crashat(uintptr_t addr)
{
	__asm__ volatile("movl $0xf1, (%0)" : : "r"(addr) : "memory");
}

// From here on the processor does not check alignment, as it does when the program has set
// EFLAGS.AC: the runtime's own code was not made for it, and a report must not end in a SIGBUS.
ALWAYS_INLINE void noalignmentcheck(void)
{
	enum { EflagsAC = 0x40000 };

	__asm__ volatile("pushfq; andl %0, (%%rsp); popfq" : : "i"(~EflagsAC) : "cc", "memory");
}

// Calls the tracer's hook. It leaves all registers alone, and the compiler is not told that it
// is a call: a hook costs no more than its test.
#define TRACEHOOK __attribute__((no_caller_saved_registers))
#define TRACECALL ".weak __rt0_traceevent; call __rt0_traceevent"
// A function of this kind that clang makes changes the registers of its arguments.
#ifdef __clang__
#define CALLTRACE(what, arg) __asm__ volatile(TRACECALL : "+D"(what), "+S"(arg) : : "cc", "memory")
#else
#define CALLTRACE(what, arg) __asm__ volatile(TRACECALL : : "D"(what), "S"(arg) : "cc", "memory")
#endif

#endif
