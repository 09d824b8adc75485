// offsets.c - the struct offsets that the assembly uses, generated from the C types.
//
// Compiled to assembly only; the Makefile turns each "#@name value" comment in it into a
// #define in offsets.h. Never type an offset by hand.
#include "runtime/runtime.h"

#define DEFINE(name, value) __asm__ volatile("#@" #name " %c0" : : "i"(value))
#define OFFSET(name, type, field) DEFINE(name, offsetof(type, field))

void offsets(void);
void offsets(void)
{
	OFFSET(g_stack_lo, G, stack.lo);
	OFFSET(g_stack_hi, G, stack.hi);
	OFFSET(g_stackguard0, G, stackguard0);
	OFFSET(g_stackguard1, G, stackguard1);
	OFFSET(g_m, G, m);
	OFFSET(g_sched, G, sched);

	OFFSET(gobuf_sp, Gobuf, sp);
	OFFSET(gobuf_pc, Gobuf, pc);
	OFFSET(gobuf_g, Gobuf, g);
	OFFSET(gobuf_ctxt, Gobuf, ctxt);
	OFFSET(gobuf_ret, Gobuf, ret);
	OFFSET(gobuf_bp, Gobuf, bp);
	OFFSET(gobuf_rbx, Gobuf, rbx);
	OFFSET(gobuf_r12, Gobuf, r12);
	OFFSET(gobuf_r13, Gobuf, r13);
	OFFSET(gobuf_r14, Gobuf, r14);
	OFFSET(gobuf_r15, Gobuf, r15);
	OFFSET(gobuf_mxcsr, Gobuf, mxcsr);
	OFFSET(gobuf_fcw, Gobuf, fcw);

	OFFSET(m_tls, M, tls);
	OFFSET(m_g0, M, g0);
	OFFSET(m_gsignal, M, gsignal);
	OFFSET(m_curg, M, curg);
	OFFSET(m_procid, M, procid);

	DEFINE(STACK_GUARD, StackGuard);
}

// What the assembly takes for granted beyond the offsets.
_Static_assert(offsetof(M, tls) == 0, "thread-local data lies directly below tls[0]");
_Static_assert(_Alignof(M) == 8, "m0's place is fixed by the linker script");
_Static_assert(offsetof(M, tls[6]) == 8 + 0x28, "canary at %fs:0x28");
_Static_assert(offsetof(M, tls[15]) == 8 + 0x70, "split-stack guard at %fs:0x70");
