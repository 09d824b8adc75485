// gate_amd64.S - the system call of the gate: a place that signal handlers know.
#include "asm/amd64/asm.h"

// int64_t gatesyscall(const Call *c, const uint32_t *word, uint32_t seen)
// Makes the call, unless *word is not seen: then it returns -EINTR. While pc is here a handler
// may send it to gatesyscall_stopped (gate_stop.c), or leave by siglongjmp: nothing of the
// runtime's is held.
FUNC(gatesyscall)
	movq	%rdi, %rax			// c
	movq	%rsi, %r11			// word
	movl	%edx, %ecx			// seen
	movq	8(%rax), %rdi
	movq	16(%rax), %rsi
	movq	24(%rax), %rdx
	movq	32(%rax), %r10
	movq	40(%rax), %r8
	movq	48(%rax), %r9
	movq	(%rax), %rax
	cmpl	%ecx, (%r11)
	jne	gatesyscall_stopped
	syscall
	.globl	gatesyscall_end, gatesyscall_stopped
	.hidden	gatesyscall_end, gatesyscall_stopped
gatesyscall_end:
	ret
gatesyscall_stopped:
	movq	$-4, %rax			// -EINTR
	ret
END(gatesyscall)

	ENDFILE
