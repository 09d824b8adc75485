// unwind.h - amd64: decoding the instructions that tracebacks meet.
#ifndef RT0_ARCH_UNWIND_H
#define RT0_ARCH_UNWIND_H

#include "runtime/runtime.h"

extern const char __morestack[], __morestack_non_split[]; // next to each other
extern const char __morestack_large_model[];

// The sizes of a stub's call; CallR11Size is that of -mcmodel=large.
enum { CallSize = 5, CallR11Size = 3 }; // bytes

ALWAYS_INLINE bool inmorestack(uintptr_t pc)
{
	return pc > (uintptr_t)__morestack && pc < (uintptr_t)__morestack_non_split;
}

// Is pc behind a call instruction, by a number, a register or a word?
bool aftercall(uintptr_t pc);

// Returns the size of the prologue's call of __morestack that returns to ret; 0: there is none.
uintptr_t stubcall(const uint8_t *ret);

// Returns where the return address is of a function that was interrupted with these registers,
// if its frame is not there yet, or no more; otherwise NULL.
const uintptr_t *framelessreturn(const G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp, Link link);

// Returns the stack pointer of that function's caller; ret is what framelessreturn returned.
ALWAYS_INLINE uintptr_t framelesssp(const uintptr_t *ret, uintptr_t sp)
{
	(void)sp;
	return (uintptr_t)(ret + 1);
}

// Returns the link that ctxpanic has put into its frame.
ALWAYS_INLINE Link faultlink(const uintptr_t *frame)
{
	(void)frame;
	return (Link){ };
}

#endif
