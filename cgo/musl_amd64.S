// musl_amd64.S - the way through musl's start-up, and into the first function of an M.
//
// Follows Go's runtime/cgo (gcc_amd64.S).
#include "asm/amd64/asm.h"

.macro SAVE
	.irp	reg, rbp, rbx, r12, r13, r14, r15
	pushq	%\reg
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \reg, 0
	.endr
.endm

.macro RESTORE
	.irp	reg, r15, r14, r13, r12, rbx, rbp
	popq	%\reg
	.cfi_adjust_cfa_offset -8
	.cfi_restore \reg
	.endr
.endm

// void x_cgo_init(G *g0, void (*setg)(G *))
// Called by rt0_go before there is a thread pointer, with argc and argv in its frame. musl's
// start-up calls what it takes for main, which goes back to rt0_go: musl's frames are left
// for good. g0 gets more of the process's stack.
FUNC(x_cgo_init)
	SAVE
	pushq	%rdi				// g0; and the stack is aligned
	.cfi_adjust_cfa_offset 8
	movq	%rsp, rt0sp(%rip)
	leaq	1f(%rip), %rdi
	movl	64+16(%rsp), %esi		// argc
	movq	64+24(%rsp), %rdx		// argv
	xorl	%ecx, %ecx
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	call	__libc_start_main

1:	movq	rt0sp(%rip), %rsp
	movq	(%rsp), %rdi
	movq	g_stack_hi(%rdi), %rsi
	call	x_cgo_stack
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	RESTORE
	ret
END(x_cgo_init)

	.local	rt0sp
	.comm	rt0sp, 8, 8

// void crosscall_amd64(void (*fn)(void))
// Calls mstart, which returns with the stack pointer as it was and no other register.
FUNC(crosscall_amd64)
	SAVE
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	*%rdi
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	RESTORE
	ret
END(crosscall_amd64)

	ENDFILE
