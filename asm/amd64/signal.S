// signal.S - the way in and out of a signal handler.
#include "asm/amd64/asm.h"

// The handler of every signal, on the M's gsignal stack.
//	in:  %edi = sig, %rsi = siginfo, %rdx = ucontext
// The C ABI preserves all that the kernel's frame does not restore. The kernel has saved the x87
// and vector state there and begun a fresh one; the interrupted code gets its own back, also
// if the handler made it continue elsewhere (asyncPreempt, sigpanic0).
// A thread without a G is not the runtime's, but a C library's.
	.weak	_cgo_sigforeign
FUNC(sigtramp)
	ENDBR
	pushfq					// the kernel clears DF, TF and RF, but not AC:
	.cfi_adjust_cfa_offset 8		// the handler's words need not be aligned
	andl	$~EFLAGS_AC, (%rsp)
	popfq
	.cfi_adjust_cfa_offset -8
	cmpq	$0, TLS_G
	je	_cgo_sigforeign
	jmp	sigtrampgo
END(sigtramp)

// The program's code continues here after a fault that is a panic. The handler has pushed the
// code's stack pointer and, as the return address, its pc, below the red zone. rbp is
// unchanged. The other registers are sigpanic's arguments.
FUNC(sigpanic0)
	.cfi_signal_frame
	.cfi_escape 0x0f, 3, 0x77, 8, 0x06	// CFA = *(rsp + 8)
	.cfi_escape 0x10, 16, 2, 0x77, 0	// rip at rsp
	ENDBR
	pushq	%rbp
	.cfi_escape 0x0f, 3, 0x77, 16, 0x06
	.cfi_escape 0x10, 16, 2, 0x77, 8
	.cfi_escape 0x10, 6, 2, 0x77, 0		// rbp at rsp
	movq	%rsp, %rbp
	CLEANSTATE
	call	sigpanic			// does not return
	.globl sigpanicreturn
sigpanicreturn:
	int3
END(sigpanic0)

// The handler returns to here, with the kernel's ucontext at %rsp: all registers of the code
// that was interrupted. Unwinders recognise a signal frame by the bytes of these instructions.
// gdb needs the call frame information, because the function has another name in C libraries.
	.section .text.sigreturn, "ax", @progbits
	.cfi_startproc
	.cfi_signal_frame
	.cfi_escape 0x0f, 4, 0x70 + DW_RSP, uc_rsp % 128 + 128, uc_rsp / 128, 0x06 // CFA = its rsp
	CFI_SAVED_AT(DW_RAX, uc_rax, DW_RSP)
	CFI_SAVED_AT(DW_RDX, uc_rdx, DW_RSP)
	CFI_SAVED_AT(DW_RCX, uc_rcx, DW_RSP)
	CFI_SAVED_AT(DW_RBX, uc_rbx, DW_RSP)
	CFI_SAVED_AT(DW_RSI, uc_rsi, DW_RSP)
	CFI_SAVED_AT(DW_RDI, uc_rdi, DW_RSP)
	CFI_SAVED_AT(DW_RBP, uc_rbp, DW_RSP)
	CFI_SAVED_AT(8, uc_r8, DW_RSP)
	CFI_SAVED_AT(9, uc_r8+8, DW_RSP)
	CFI_SAVED_AT(10, uc_r8+16, DW_RSP)
	CFI_SAVED_AT(11, uc_r8+24, DW_RSP)
	CFI_SAVED_AT(12, uc_r8+32, DW_RSP)
	CFI_SAVED_AT(13, uc_r8+40, DW_RSP)
	CFI_SAVED_AT(14, uc_r8+48, DW_RSP)
	CFI_SAVED_AT(15, uc_r8+56, DW_RSP)
	CFI_SAVED_AT(DW_RIP, uc_rip, DW_RSP)
	nop					// unwinders look at the byte before the pc
	.globl sigreturn
	.type sigreturn, @function
sigreturn:
	movq	$15, %rax			// rt_sigreturn
	syscall
	int3
	.cfi_endproc
	.size sigreturn, . - sigreturn

	ENDFILE
