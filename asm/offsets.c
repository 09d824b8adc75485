// offsets.c - the struct offsets that the assembly uses, generated from the C types.
//
// Compiled to assembly only; the Makefile turns each "#@name value" comment in it into a
// #define in offsets.h. Never type an offset by hand.
#include "runtime/os/os.h"
#include "runtime/runtime.h"
#include "runtime/sched/setarea.h"

#define DEFINE(name, value) __asm__ volatile("#@" #name " %c0" : : "i"(value))
#define OFFSET(name, type, field) DEFINE(name, offsetof(type, field))

#include "archoffsets.h"

void offsets(void);
void offsets(void)
{
	OFFSET(g_stack_lo, G, stack.lo);
	OFFSET(g_stack_hi, G, stack.hi);
	OFFSET(g_stackguard0, G, stackguard0);
	OFFSET(g_stackguard1, G, stackguard1);
	OFFSET(g_m, G, m);
	OFFSET(g_sched, G, sched);
	OFFSET(g_asyncState, G, asyncState);
	OFFSET(g_segment_hi, G, segment.hi);
	OFFSET(g_segguard, G, segguard);
	OFFSET(g_fastguard, G, fastguard);
	OFFSET(g_allocs, G, allocs);
	OFFSET(g_preempt, G, preempt);

	OFFSET(g_panic, G, _panic);
	OFFSET(g_area, G, area);

	OFFSET(panic_link, Panic, link);
	OFFSET(panic_slot, Panic, slot);
	OFFSET(panic_retaddr, Panic, retaddr);

	OFFSET(ar_prev, AllocRecord, prev);
	OFFSET(ar_oldguard, AllocRecord, oldguard);
	OFFSET(ar_retaddr, AllocRecord, retaddr);
	OFFSET(ar_slot, AllocRecord, slot);

	OFFSET(gobuf_sp, Gobuf, sp);
	OFFSET(gobuf_pc, Gobuf, pc);
	OFFSET(gobuf_g, Gobuf, g);
	OFFSET(gobuf_ctxt, Gobuf, ctxt);
	OFFSET(gobuf_bp, Gobuf, bp);

	OFFSET(m_tls, M, tls);
	OFFSET(m_g0, M, g0);
	OFFSET(m_gsignal, M, gsignal);
	OFFSET(m_gcgo, M, gcgo);
	OFFSET(m_curg, M, curg);
	OFFSET(m_procid, M, procid);
	OFFSET(m_enteredpc, M, enteredpc);
	OFFSET(m_callees, M, callees);

	archoffsets();

	DEFINE(DEBUG, Debug);
	DEFINE(AREA_BYTES, AreaBytes);
	DEFINE(AREA_HELD, AreaHeld);
	DEFINE(AREA_PINS, AreaPins);
	DEFINE(AREA_JUMPING, AreaJumping);
	DEFINE(AREA_JUMP, AreaJump);
	DEFINE(STACK_GUARD, StackGuard);
	DEFINE(STACK_PREEMPT_HI, StackPreempt >> 32);
	DEFINE(STACK_PREEMPT_MID, StackPreempt >> 16 & 0xffff);
	DEFINE(STACK_PREEMPT_LO, StackPreempt & 0xffff);
}

// What the assembly takes for granted beyond the offsets.
_Static_assert(offsetof(M, tls) == 0, "thread-local data lies directly below tls[0]");
_Static_assert(_Alignof(M) == 8, "m0's place is fixed by the linker script");
