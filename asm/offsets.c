// offsets.c - the struct offsets that the assembly uses, generated from the C types.
//
// Compiled to assembly only; the Makefile turns each "#@name value" comment in it into a
// #define in offsets.h. Never type an offset by hand.
#include "runtime/os/os.h"
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
	OFFSET(g_asyncState, G, asyncState);
	OFFSET(g_segment_hi, G, segment.hi);
	OFFSET(g_segguard, G, segguard);
	OFFSET(g_fastguard, G, fastguard);
	OFFSET(g_allocs, G, allocs);
	OFFSET(g_preempt, G, preempt);

	OFFSET(g_panic, G, _panic);

	OFFSET(panic_link, Panic, link);
	OFFSET(panic_slot, Panic, slot);
	OFFSET(panic_retaddr, Panic, retaddr);

	OFFSET(ar_prev, AllocRecord, prev);
	OFFSET(ar_oldguard, AllocRecord, oldguard);
	OFFSET(ar_retaddr, AllocRecord, retaddr);
	OFFSET(ar_slot, AllocRecord, slot);

	OFFSET(mf_g, MoreFrame, g);
	OFFSET(mf_framesize, MoreFrame, framesize);
	OFFSET(mf_argsize, MoreFrame, argsize);
	OFFSET(mf_fp, MoreFrame, fp);
	OFFSET(mf_rbx, MoreFrame, rbx);
	OFFSET(mf_rcx, MoreFrame, rcx);
	OFFSET(mf_rsi, MoreFrame, rsi);
	OFFSET(mf_rdi, MoreFrame, rdi);
	OFFSET(mf_r8, MoreFrame, r8);
	OFFSET(mf_r9, MoreFrame, r9);
	OFFSET(mf_r12, MoreFrame, r12);
	OFFSET(mf_r13, MoreFrame, r13);
	OFFSET(mf_r14, MoreFrame, r14);
	OFFSET(mf_r15, MoreFrame, r15);
	OFFSET(mf_xmm, MoreFrame, xmm);
	DEFINE(mf_size, sizeof(MoreFrame));

	OFFSET(as_rsp, AsyncState, rsp);
	OFFSET(as_rip, AsyncState, rip);
	OFFSET(as_xsave, AsyncState, xsave);

	OFFSET(uc_r8, Ucontext, mcontext.r8); // and r9 to r15 behind it
	OFFSET(uc_rdi, Ucontext, mcontext.rdi);
	OFFSET(uc_rsi, Ucontext, mcontext.rsi);
	OFFSET(uc_rbp, Ucontext, mcontext.rbp);
	OFFSET(uc_rbx, Ucontext, mcontext.rbx);
	OFFSET(uc_rdx, Ucontext, mcontext.rdx);
	OFFSET(uc_rax, Ucontext, mcontext.rax);
	OFFSET(uc_rcx, Ucontext, mcontext.rcx);
	OFFSET(uc_rsp, Ucontext, mcontext.rsp);
	OFFSET(uc_rip, Ucontext, mcontext.rip);

	OFFSET(gobuf_sp, Gobuf, sp);
	OFFSET(gobuf_pc, Gobuf, pc);
	OFFSET(gobuf_g, Gobuf, g);
	OFFSET(gobuf_ctxt, Gobuf, ctxt);
	OFFSET(gobuf_bp, Gobuf, bp);
	OFFSET(gobuf_mxcsr, Gobuf, mxcsr);
	OFFSET(gobuf_fcw, Gobuf, fcw);

	OFFSET(m_tls, M, tls);
	OFFSET(m_curmxcsr, M, curmxcsr);
	OFFSET(m_curfcw, M, curfcw);
	OFFSET(m_leftpc, M, leftpc);
	OFFSET(m_g0, M, g0);
	OFFSET(m_gsignal, M, gsignal);
	OFFSET(m_gcgo, M, gcgo);
	OFFSET(m_curg, M, curg);
	OFFSET(m_procid, M, procid);

	DEFINE(DEBUG, Debug);
	DEFINE(EFLAGS_AC, EflagsAC);
	DEFINE(XSAVE_AVX, XsaveAVX);
	DEFINE(STACK_GUARD, StackGuard);
	DEFINE(STACK_PREEMPT_HI, StackPreempt >> 32);
	DEFINE(STACK_PREEMPT_MID, StackPreempt >> 16 & 0xffff);
	DEFINE(STACK_PREEMPT_LO, StackPreempt & 0xffff);
}

// What the assembly takes for granted beyond the offsets.
_Static_assert(offsetof(M, tls) == 0, "thread-local data lies directly below tls[0]");
_Static_assert(_Alignof(M) == 8, "m0's place is fixed by the linker script");
_Static_assert(offsetof(M, tls[6]) == 8 + 0x28, "canary at %fs:0x28");
_Static_assert(offsetof(M, curfcw) == offsetof(M, curmxcsr) + 4, "copied as one word");
_Static_assert(offsetof(Gobuf, fcw) == offsetof(Gobuf, mxcsr) + 4, "copied as one word");
_Static_assert(sizeof(MoreFrame) % 16 == 0, "g0's stack stays aligned");
_Static_assert(offsetof(M, guard) == 8 + 0x70, "split-stack guard at %fs:0x70");
