// gate_amd64.S - the system call of the gate: a place that signal handlers know.
#include "asm/amd64/asm.h"

// int64_t gatesyscall(const Call *c)
// Makes the call. A handler of the program's that interrupts it may leave by siglongjmp, since
// nothing of the runtime's is held here: pc is between gatesyscall and gatesyscall_end.
FUNC(gatesyscall)
	movq	%rdi, %r11
	movq	(%r11), %rax
	movq	8(%r11), %rdi
	movq	16(%r11), %rsi
	movq	24(%r11), %rdx
	movq	32(%r11), %r10
	movq	40(%r11), %r8
	movq	48(%r11), %r9
	syscall
	.globl	gatesyscall_end
	.hidden	gatesyscall_end
gatesyscall_end:
	ret
END(gatesyscall)

	ENDFILE
