// unwind.h - arm64: decoding the instructions that tracebacks meet.
#ifndef RT0_ARCH_UNWIND_H
#define RT0_ARCH_UNWIND_H

#include "runtime/runtime.h"

// There is no __morestack: no function asks for stack.
ALWAYS_INLINE bool inmorestack(uintptr_t pc)
{
	(void)pc;
	return false;
}

// Returns the size of the prologue's call of __morestack that returns to ret: there is none.
ALWAYS_INLINE uintptr_t stubcall(const uint8_t *ret)
{
	(void)ret;
	return 0;
}

// Is pc behind a call instruction, by a number or a register?
bool aftercall(uintptr_t pc);

// Returns where the return address is of a function that was interrupted with these registers,
// if its frame is not there yet, or no more; otherwise NULL.
const uintptr_t *framelessreturn(const G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp, Link link);

// Returns the stack pointer of that function's caller; ret is what framelessreturn returned.
ALWAYS_INLINE uintptr_t framelesssp(const uintptr_t *ret, uintptr_t sp)
{
	(void)ret;
	return sp;
}

// Returns the link that ctxpanic has put into its frame.
ALWAYS_INLINE Link faultlink(const uintptr_t *frame)
{
	return (Link){ frame + 3 };
}

#endif
