// signal.S - the way in and out of a signal handler.
#include "asm/arm64/asm.h"

// The handler of every signal, on the M's gsignal stack.
//	in:  w0 = sig, x1 = siginfo, x2 = ucontext
// The kernel has saved all registers there; the interrupted code gets them back, also if the
// handler made it continue elsewhere (asyncPreempt, sigpanic0).
// A thread without a G is not the runtime's, but a C library's.
	.weak	_cgo_sigforeign
FUNC(sigtramp)
	GETG	x3
	cbz	x3, 1f
	b	sigtrampgo
1:	b	_cgo_sigforeign
END(sigtramp)

// The program's code continues here after a fault that is a panic. The handler has made a frame
// record at sp, x29 points to it: the code's frame pointer and its pc, then its stack pointer
// and its link register. The other registers are sigpanic's arguments.
FUNC(sigpanic0)
	.cfi_signal_frame
	.cfi_escape 0x0f, 3, 0x8d, 16, 0x06	// CFA = *(x29 + 16), its stack pointer
	.cfi_escape 0x10, 32, 2, 0x8d, 8	// pc, in the column of the return address
	.cfi_escape 0x10, 30, 2, 0x8d, 24	// x30 at x29 + 24
	.cfi_escape 0x10, 29, 2, 0x8d, 0	// x29 at x29
	.cfi_return_column 32
	bl	sigpanic			// does not return
	.globl sigpanicreturn
sigpanicreturn:
	brk	#0
END(sigpanic0)

// The handler returns to here, with the kernel's frame at sp: all registers of the code that was
// interrupted. gdb recognises a signal frame by the bytes of these two instructions, so there
// is no call frame information.
	.section .text.sigreturn, "ax", @progbits
	.p2align 2
	nop					// unwinders look at the instruction before the pc
	.globl sigreturn
	.type sigreturn, @function
sigreturn:
	mov	x8, #SYS_RT_SIGRETURN
	svc	#0
	brk	#0
	.size sigreturn, . - sigreturn

	ENDFILE
