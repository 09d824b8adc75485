// preempt.S - taking a goroutine off its M between any two instructions of its own code.
//
// The signal handler has copied the general registers to g->asyncState and makes the thread
// continue here, with the goroutine's stack pointer. Its red zone may be in use and its stack
// may be full, so nothing is pushed: the vector state is saved beside the registers, and the
// rest happens on g0.
//
// built: libc
#include "asm/amd64/asm.h"

// Enters with the interrupted code's stack and vector registers; DF, TF and AC are clear.
FUNC(asyncPreempt)
	.cfi_undefined rip			// nothing on the stack says where it was
	ENDBR
	HOLD_JUMPS %rax
	movq	TLS_G, %rbx
	movq	g_asyncState(%rbx), %rdi
	SAVESTATE
	CLEANSTATE

	// From here as mcall.
	leaq	asyncResume(%rip), %rax
	movq	%rax, g_sched+gobuf_pc(%rbx)
	movq	%rsp, g_sched+gobuf_sp(%rbx)
	movq	%rbp, g_sched+gobuf_bp(%rbx)
	movq	%rbx, g_sched+gobuf_g(%rbx)
	stmxcsr	g_sched+gobuf_mxcsr(%rbx)
	fnstcw	g_sched+gobuf_fcw(%rbx)

	movq	g_m(%rbx), %rcx
	movq	g_sched+gobuf_mxcsr(%rbx), %rsi
	movq	%rsi, m_curmxcsr(%rcx)
	movq	m_g0(%rcx), %rsi
	movq	%rbx, %rdi
	movq	%rsi, TLS_G
	ENTER_GUARD %rsi, %r8
	ENTER_AREA %rsi, %r8
	movq	g_sched+gobuf_sp(%rsi), %rsp
	xorl	%ebp, %ebp
	call	asyncPreempt2			// does not return
	call	abort
	.globl	asyncPreemptEnd
asyncPreemptEnd:
END(asyncPreempt)

// gogo jumps here to continue a goroutine where it was interrupted. The stack pointer walks
// through asyncState. A signal may come meanwhile: its handler has a stack of its own, and does
// not preempt here.
FUNC(asyncResume)
	.cfi_undefined rip
	ENDBR
	movq	TLS_G, %rbx
	movq	g_asyncState(%rbx), %rdi
	movl	xsaveMask(%rip), %eax
	xorl	%edx, %edx
	cmpl	$0, xsaveKind(%rip)
	je	1f
	xrstor64 as_xsave(%rdi)
	jmp	2f
1:	fxrstor64 as_xsave(%rdi)
2:
#ifdef RT0_LIBC
	movq	as_rip(%rdi), %rax		// in the runtime's code it has held no jumps (newstack)
	leaq	__runtime_text_start(%rip), %rdx
	cmpq	%rdx, %rax
	jb	3f
	leaq	__runtime_text_end(%rip), %rdx
	cmpq	%rdx, %rax
	jb	5f
3:	movq	TLS_AREA, %rbx
	lock decw AREA_HELD(%rbx)		// then looks; pairs with requestjump, pin
	jnz	5f
	jmp	4f
2:	movl	$SCHED_YIELD, %eax		// a handler on another thread has pinned it
	syscall
4:	cmpw	$0, AREA_PINS(%rbx)
	jne	2b				// pairs with unpin
	cmpl	$0, AREA_JUMPING(%rbx)
	jne	jumpheld
5:
#endif
	movq	as_rsp(%rdi), %rax
	movq	%rax, TLS_ASYNC_SP		// words of the thread, nobody else's
	movq	as_rip(%rdi), %rax
	movq	%rax, TLS_ASYNC_PC
	movq	%rdi, %rsp
	popfq
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rbp
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rbx
	popq	%rax
	movq	TLS_ASYNC_SP, %rsp		// mov and jmp leave the flags alone
	movq	$0, TLS_ASYNC_SP		// what looks for pointers would find this one
	jmp	*TLS_ASYNC_PC			// %fs takes the place of NOTRACK
	.globl	asyncResumeEnd
asyncResumeEnd:
END(asyncResume)

	ENDFILE
