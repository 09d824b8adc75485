// switch.S - leaving one G's context and entering another's: gogo, mcall, systemstack,
// goexit.
//
// Follows Go's asm_amd64.s. A Gobuf's sp and pc mean what they mean in Go; the registers
// that C wants preserved are saved beside them, and so are the two words of floating
// point control, which belong to the goroutine. gogo jumps to pc: a ret would miss the
// return predictor every time.
#include "asm/asm.h"

// Save the callee-saved registers into g->sched.  %rdx = g
#define SAVE_CALLEE_SAVED							\
	movq	%rbp, g_sched+gobuf_bp(%rdx);					\
	movq	%rbx, g_sched+gobuf_rbx(%rdx);					\
	movq	%r12, g_sched+gobuf_r12(%rdx);					\
	movq	%r13, g_sched+gobuf_r13(%rdx);					\
	movq	%r14, g_sched+gobuf_r14(%rdx);					\
	movq	%r15, g_sched+gobuf_r15(%rdx);					\
	stmxcsr	g_sched+gobuf_mxcsr(%rdx);					\
	fnstcw	g_sched+gobuf_fcw(%rdx)

// void gogo(Gobuf *buf)
//	in:  %rdi = buf
// Enters the context in buf, which becomes the running G's. Does not return.
// A fresh goroutine finds its argument in %rdi; who is resumed does not look.
FUNC(gogo)
	movq	gobuf_g(%rdi), %rax
	movq	g_m(%rax), %rcx			// touch g: it must not be NULL
	movq	%rax, TLS_G
	movq	gobuf_sp(%rdi), %rsp

	// The control words are rarely different from who ran before, and loading them
	// is slow: look first. The word below the new stack pointer is free to use: a
	// signal cannot come in here, it runs on a stack of its own.
	stmxcsr	-8(%rsp)
	fnstcw	-4(%rsp)
	movl	gobuf_mxcsr(%rdi), %edx
	cmpl	%edx, -8(%rsp)
	jne	.Lloadmxcsr
.Lmxcsrdone:
	movzwl	gobuf_fcw(%rdi), %edx
	cmpw	%dx, -4(%rsp)
	jne	.Lloadfcw
.Lfcwdone:
	movq	gobuf_bp(%rdi), %rbp
	movq	gobuf_rbx(%rdi), %rbx
	movq	gobuf_r12(%rdi), %r12
	movq	gobuf_r13(%rdi), %r13
	movq	gobuf_r14(%rdi), %r14
	movq	gobuf_r15(%rdi), %r15
	movq	gobuf_ret(%rdi), %rax
	movq	gobuf_pc(%rdi), %rcx
	movq	gobuf_ctxt(%rdi), %rdx
	movq	$0, gobuf_sp(%rdi)		// nothing stale for tracebacks to believe
	movq	$0, gobuf_ret(%rdi)
	movq	$0, gobuf_ctxt(%rdi)
	movq	$0, gobuf_bp(%rdi)
	movq	%rdx, %rdi			// the argument
	jmp	*%rcx
.Lloadmxcsr:
	ldmxcsr	gobuf_mxcsr(%rdi)
	jmp	.Lmxcsrdone
.Lloadfcw:
	fldcw	gobuf_fcw(%rdi)
	jmp	.Lfcwdone
END(gogo)

// void mcall(void (*fn)(G *gp))
//	in:  %rdi = fn, which must not return
// Saves the running G in g->sched, switches to m->g0's stack, calls fn(g).
// Returns, perhaps on another thread, when someone does gogo(&g->sched).
FUNC(mcall)
	movq	TLS_G, %rdx			// rdx = g, the G we leave
	movq	0(%rsp), %rax			// caller's pc
	movq	%rax, g_sched+gobuf_pc(%rdx)
	leaq	8(%rsp), %rcx			// caller's sp
	movq	%rcx, g_sched+gobuf_sp(%rdx)
	movq	%rdx, g_sched+gobuf_g(%rdx)
	SAVE_CALLEE_SAVED

	movq	g_m(%rdx), %rcx
	movq	m_g0(%rcx), %rsi		// rsi = m->g0, the G we enter
	cmpq	%rsi, %rdx
	je	.Lbadmcall
	movq	%rdi, %rax			// fn
	movq	%rdx, %rdi			// its argument: g
	movq	%rsi, TLS_G
	movq	g_sched+gobuf_sp(%rsi), %rsp
	.cfi_undefined rip			// below us on g0 there is nothing of interest
	xorl	%ebp, %ebp
	call	*%rax
	call	badmcall2
.Lbadmcall:
	call	badmcall
END(mcall)

// void systemstack(void (*fn)(void *), void *arg)
// Calls fn(arg) on m->g0's stack: at once when already there or on the signal stack;
// from a goroutine by a switch, and back. fn must not switch away.
FUNC(systemstack)
	movq	TLS_G, %rdx
	movq	g_m(%rdx), %rcx
	movq	m_g0(%rcx), %rax
	cmpq	%rax, %rdx
	je	.Lnoswitch
	cmpq	m_gsignal(%rcx), %rdx
	je	.Lnoswitch
	cmpq	m_curg(%rcx), %rdx
	jne	.Lbadsystemstack

	// Record where we are, for tracebacks: as if called from systemstack_switch.
	leaq	systemstack_switch(%rip), %r8
	movq	%r8, g_sched+gobuf_pc(%rdx)
	movq	%rsp, g_sched+gobuf_sp(%rdx)
	movq	%rdx, g_sched+gobuf_g(%rdx)
	movq	%rbp, g_sched+gobuf_bp(%rdx)

	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq	%rsp, %rbp
	.cfi_def_cfa_register rbp
	pushq	%rbx
	.cfi_offset rbx, -24
	movq	%rdx, %rbx			// rbx = g, to come back to

	movq	%rax, TLS_G
	movq	g_sched+gobuf_sp(%rax), %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax

	movq	%rbx, TLS_G			// fn does not switch away: m->curg is still g
	movq	$0, g_sched+gobuf_sp(%rbx)
	movq	-8(%rbp), %rbx
	.cfi_restore rbx
	leave
	.cfi_restore rbp
	.cfi_def_cfa rsp, 8
	ret

.Lnoswitch:
	movq	%rdi, %rax
	movq	%rsi, %rdi
	jmp	*%rax				// a tail call: the traceback stays short
.Lbadsystemstack:
	call	badsystemstack
	int3
END(systemstack)

// Only its address is used: the pc of a goroutine that is away on the system stack.
FUNC(systemstack_switch)
	ret
END(systemstack_switch)

// The bottom of every goroutine's stack: newproc1 leaves goexit+1 as the return address,
// so that a traceback looks inside goexit. Entered there by a ret.
FUNC(goexit)
	.cfi_undefined rip
	nop
	xorl	%ebp, %ebp
	call	goexit1				// does not return
	nop
END(goexit)

	.section .note.GNU-stack, "", @progbits
