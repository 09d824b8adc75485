// archoffsets.h - arm64: the offsets that only its assembly uses; part of asm/offsets.c.
#ifndef RT0_ARCH_ARCHOFFSETS_H
#define RT0_ARCH_ARCHOFFSETS_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"

ALWAYS_INLINE void archoffsets(void)
{
	OFFSET(as_pc, AsyncState, frame.ctx.mcontext.pc);
	DEFINE(UCONTEXT, offsetof(Sigframe, ctx));
	OFFSET(as_stack_sp, AsyncState, frame.ctx.stack.sp);
	OFFSET(as_stack_flags, AsyncState, frame.ctx.stack.flags);
	OFFSET(as_stack_size, AsyncState, frame.ctx.stack.size);

	OFFSET(gobuf_fpcr, Gobuf, fpcontrol.fpcr);
	OFFSET(m_curfpcr, M, fpcontrol.fpcr);
	OFFSET(m_guard, M, guard);
	DEFINE(LINK_SLOT, -LinkSlot * 8);
}

// What the assembly takes for granted beyond the offsets.
_Static_assert(NumCallees * 8 == 144, "what entersyscall stores: SAVED");
_Static_assert(offsetof(AsyncState, frame) == 0, "the stack pointer of the return from the signal");
_Static_assert(_Alignof(AsyncState) == 16, "which must be aligned");

#endif
