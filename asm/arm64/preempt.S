// preempt.S - taking a goroutine off its M between any two instructions of its own code.
//
// No register is free for a jump back to where that was, and the vectors may be of any length.
// But the kernel has saved all registers, in a form that it takes back. So the signal handler
// has copied the kernel's frame to g->asyncState, and the goroutine continues by the return from
// that signal. The stack may be full: nothing is pushed, the rest happens on g0.
#include "asm/arm64/asm.h"

// Enters with the interrupted code's registers, which are all saved.
FUNC(asyncPreempt)
	.cfi_undefined x30			// nothing on the stack says where it was
	GETG	x19

	// From here as mcall.
	ADDR	x0, asyncResume
	str	x0, [x19, #g_sched+gobuf_pc]
	mov	x0, sp
	str	x0, [x19, #g_sched+gobuf_sp]
	str	x29, [x19, #g_sched+gobuf_bp]
	str	x19, [x19, #g_sched+gobuf_g]
	ldr	x2, [x19, #g_m]
	mrs	x3, fpcr
	str	x3, [x19, #g_sched+gobuf_fpcr]
	str	x3, [x2, #m_curfpcr]
	ldr	x4, [x2, #m_g0]
	SETG	x4, x3
	ENTER_GUARD x4, x2, x3
	ldr	x3, [x4, #g_sched+gobuf_sp]
	mov	sp, x3
	mov	x29, xzr
	mov	x0, x19
	bl	asyncPreempt2			// does not return
	bl	abort
	.globl	asyncPreemptEnd
asyncPreemptEnd:
END(asyncPreempt)

// gogo jumps here to continue a goroutine where it was interrupted. With the other registers the
// kernel takes the alternate stack for signals from the frame: that must be this M's now, not
// that of the M where the goroutine was. A signal may come meanwhile: its handler has that stack,
// and does not preempt here.
FUNC(asyncResume)
	.cfi_undefined x30
	GETG	x19
	ldr	x0, [x19, #g_asyncState]
	ldr	x1, [x19, #g_m]
	ldr	x1, [x1, #m_gsignal]
	ldr	x2, [x1, #g_stack_lo]
	ldr	x3, [x1, #g_stack_hi]
	sub	x3, x3, x2
	str	x2, [x0, #as_stack_sp]
	str	wzr, [x0, #as_stack_flags]
	str	x3, [x0, #as_stack_size]
	mov	sp, x0
	mov	x8, #SYS_RT_SIGRETURN
	svc	#0
	brk	#0
	.globl	asyncResumeEnd
asyncResumeEnd:
END(asyncResume)

	ENDFILE
