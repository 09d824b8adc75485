// archoffsets.h - amd64: the offsets that only its assembly uses; part of asm/offsets.c.
#ifndef RT0_ARCH_ARCHOFFSETS_H
#define RT0_ARCH_ARCHOFFSETS_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"
#include "tls.h"

ALWAYS_INLINE void archoffsets(void)
{
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

	OFFSET(gobuf_mxcsr, Gobuf, fpcontrol.mxcsr);
	OFFSET(gobuf_fcw, Gobuf, fpcontrol.fcw);
	OFFSET(m_curmxcsr, M, fpcontrol.mxcsr);
	OFFSET(m_curfcw, M, fpcontrol.fcw);
	OFFSET(m_leftpc, M, leftpc);
	OFFSET(m_leftcaller, M, leftcaller);

	DEFINE(EFLAGS_AC, EflagsAC);
	DEFINE(XSAVE_AVX, XsaveAVX);
}

// What the assembly takes for granted beyond the offsets.
_Static_assert(NumCallees == 5, "what entersyscall stores");
_Static_assert(offsetof(M, tls[CanarySlot]) == 8 + 0x28, "canary at %fs:0x28");
_Static_assert(offsetof(FpControl, fcw) == offsetof(FpControl, mxcsr) + 4, "copied as one word");
_Static_assert(sizeof(MoreFrame) % 16 == 0, "g0's stack stays aligned");
_Static_assert(offsetof(M, guard) == 8 + 0x70, "split-stack guard at %fs:0x70");

#endif
