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

// The program's code goes on here when what it did is a panic: the handler has pushed its
// stack pointer and, as return address, its pc, below the red zone. rbp is still its own.
// The registers are sigpanic's arguments.
FUNC(sigpanic0)
	.cfi_signal_frame
	.cfi_escape 0x0f, 3, 0x77, 8, 0x06	// CFA = *(rsp + 8)
	.cfi_escape 0x10, 16, 2, 0x77, 0	// rip at rsp
	pushq	%rbp
	.cfi_escape 0x0f, 3, 0x77, 16, 0x06
	.cfi_escape 0x10, 16, 2, 0x77, 8
	.cfi_escape 0x10, 6, 2, 0x77, 0		// rbp at rsp
	movq	%rsp, %rbp
	fnclex					// C begins with an empty x87 stack
	emms
	call	sigpanic			// does not return
	.globl sigpanicreturn
sigpanicreturn:
	int3
END(sigpanic0)

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
