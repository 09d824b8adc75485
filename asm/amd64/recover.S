// recover.S - calling a function that need not return, for rt_recover.
#include "asm/amd64/asm.h"

// bool recovercall(uintptr_t *sp, rt_func *fn, void *arg)
//	in:  %rdi = sp, %rsi = fn, %rdx = arg
// Calls fn(arg) and returns false. *sp is the stack pointer during the call; above it are
// the registers that the ABI preserves, and the floating-point control words.
FUNC(recovercall)
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq	%rsp, %rbp
	.cfi_def_cfa_register rbp
	pushq	%rbx
	.cfi_offset rbx, -24
	pushq	%r12
	.cfi_offset r12, -32
	pushq	%r13
	.cfi_offset r13, -40
	pushq	%r14
	.cfi_offset r14, -48
	pushq	%r15
	.cfi_offset r15, -56
	pushq	%rax
	stmxcsr	(%rsp)
	fnstcw	4(%rsp)
	movq	%rsp, (%rdi)
	movq	%rdx, %rdi
	call	*%rsi
	xorl	%eax, %eax
.Lreturn:
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	.cfi_def_cfa rsp, 8
	ret
END(recovercall)

// NORETURN void recovered(uintptr_t sp, uintptr_t guard)
//	in:  %rdi = what recovercall stored, %rsi = the guard for there
// Lets that recovercall return true.
FUNC(recovered)
	.cfi_undefined rip
	movq	%rdi, %rsp
	leaq	40+8(%rdi), %rbp
	movq	TLS_G, %rax
	KEEP_REQUEST %rax, %rsi
	fninit					// a fault may have left its stack in use
	fldcw	4(%rsp)
	ldmxcsr	(%rsp)
	movl	$1, %eax
	jmp	.Lreturn
END(recovered)

// The function that called rt_recover returns to here once it has recovered from a panic: that
// panic is over (panic/recover.c). Continues at the real return address.
	.section .text.recoverreturn, "ax", @progbits
	.p2align 2
	.type recoverreturn_caller, @function
recoverreturn_caller:
	nop					// debuggers look at the byte before the pc
	.size recoverreturn_caller, . - recoverreturn_caller
	.globl recoverreturn
	.type recoverreturn, @function
recoverreturn:
	movq	TLS_G, %r10
	addq	$g_panic - panic_link, %r10
	leaq	-8(%rsp), %rcx			// its slot
1:	movq	panic_link(%r10), %r10
	cmpq	%rcx, panic_slot(%r10)
	jne	1b
.Lsearched:					// up to here: STANDS_IN
	.cfi_startproc
	.cfi_def_cfa rsp, 0
	CFI_SAVED_AT(DW_RIP, panic_retaddr, DW_R10)
	movq	$0, panic_slot(%r10)
	NOTRACK jmp *panic_retaddr(%r10)
	.cfi_endproc
	.size recoverreturn, . - recoverreturn
	STANDS_IN recoverreturn_caller, .Lsearched, g_panic, panic_link, panic_slot, panic_retaddr

	ENDFILE
