// preempt.S - taking a goroutine off its M between any two instructions of its own code.
//
// No register is free for a jump back to where that was, and the vectors may be of any length.
// But the kernel has saved all registers, in a form that it takes back. So the signal handler
// has copied the kernel's frame to g->asyncState, and the goroutine continues by the return from
// that signal. The stack may be full: nothing is pushed, the rest happens on g0.
//
// built: libc
#include "asm/arm64/asm.h"

// Enters with the interrupted code's registers, which are all saved.
FUNC(asyncPreempt)
	.cfi_undefined x30			// nothing on the stack says where it was
	GETG	x19
#ifdef RT0_LIBC
	AREA	x0				// a handler's jump waits meanwhile (cgo/jump.c)
	ldrh	w1, [x0, #AREA_HELD]
	add	w1, w1, #1
	strh	w1, [x0, #AREA_HELD]
#endif

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
	ENTER_G	x4, x3
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
#ifdef RT0_LIBC
	ldr	x1, [x0, #as_pc]		// in the runtime's code it has held no jumps
	ADDR	x2, __runtime_text_start
	cmp	x1, x2
	b.lo	1f
	ADDR	x2, __runtime_text_end
	cmp	x1, x2
	b.lo	5f
1:	AREA	x4
	add	x5, x4, #AREA_HELD
2:	ldaxrh	w1, [x5]			// pairs with requestjump, pin
	sub	w1, w1, #1
	stlxrh	w2, w1, [x5]
	cbnz	w2, 2b
	tst	w1, #0xffff
	b.ne	5f
	add	x5, x4, #AREA_PINS
	add	x6, x4, #AREA_JUMPING
	mov	x7, x0
	b	4f
3:	mov	x8, #SYS_SCHED_YIELD		// a handler on another thread has pinned it
	svc	#0
4:	ldarh	w1, [x5]			// then looks; pairs with unpin
	cbnz	w1, 3b
	ldar	w1, [x6]			// pairs with requestjump
	cbnz	w1, jumpheld
	mov	x0, x7
5:
#endif
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
