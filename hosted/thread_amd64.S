// thread_amd64.S - into the first function of an M, as cgo/musl_amd64.S does for musl.
#include "asm/amd64/asm.h"

// void callmstart(void (*mstart)(void))
// mstart returns with the stack pointer as it was and no other register.
FUNC(callmstart)
	.irp	reg, rbp, rbx, r12, r13, r14, r15
	pushq	%\reg
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \reg, 0
	.endr
	subq	$8, %rsp			// as the ABI wants it at a call
	.cfi_adjust_cfa_offset 8
	call	*%rdi
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	.irp	reg, r15, r14, r13, r12, rbx, rbp
	popq	%\reg
	.cfi_adjust_cfa_offset -8
	.cfi_restore \reg
	.endr
	ret
END(callmstart)

	ENDFILE
