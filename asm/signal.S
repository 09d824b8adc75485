// signal.S - the way in and out of a signal handler.
#include "asm/asm.h"

// The handler of every signal, on the M's gsignal stack.
//	in:  %edi = sig, %rsi = siginfo, %rdx = ucontext
// The C ABI preserves all that the kernel's frame does not restore.
FUNC(sigtramp)
	.cfi_signal_frame
	cld
	jmp	sigtrampgo
END(sigtramp)

// Where the handler returns to. gdb and unwinders know a signal frame by these bytes.
	.section .text.sigreturn, "ax", @progbits
	nop					// unwinders look at the byte before the pc
	.globl sigreturn
	.type sigreturn, @function
sigreturn:
	movq	$15, %rax			// rt_sigreturn
	syscall
	int3
	.size sigreturn, . - sigreturn

	.section .note.GNU-stack, "", @progbits
	.section .note.GNU-split-stack, "", @progbits
	.section .note.GNU-no-split-stack, "", @progbits
