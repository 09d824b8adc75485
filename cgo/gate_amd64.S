// gate_amd64.S - the system calls of the gate: a place that signal handlers know.
#include "asm/amd64/asm.h"

// Loads the call that rdi points to.
#define LOADCALL \
	movq	%rdi, %rax; \
	movq	8(%rax), %rdi; \
	movq	16(%rax), %rsi; \
	movq	24(%rax), %rdx; \
	movq	32(%rax), %r10; \
	movq	40(%rax), %r8; \
	movq	48(%rax), %r9; \
	movq	(%rax), %rax

// int64_t plaincall(const Call *c)
// A handler may leave by siglongjmp while pc is here (linker.ld).
FUNC(plaincall)
	LOADCALL
	syscall
	ret
END(plaincall)

// int64_t gatesyscall(const Call *c, const uint32_t *word, uint32_t seen, const int32_t *request)
// Makes the call, unless *word is not seen or *request is not 0: then it returns -EINTR. While pc
// is here a handler may send it to gatesyscall_stopped (gate_stop.c).
FUNC(gatesyscall)
	cmpl	%edx, (%rsi)			// seen
	jne	gatesyscall_stopped
	cmpl	$0, (%rcx)			// request
	jne	gatesyscall_stopped
	LOADCALL
	syscall
	.globl	gatesyscall_end, gatesyscall_stopped
	.hidden	gatesyscall_end, gatesyscall_stopped
gatesyscall_end:
	ret
gatesyscall_stopped:
	movq	$-4, %rax			// -EINTR
	ret
END(gatesyscall)

// Waits for the end of the handlers on other threads that have pinned the goroutine. Changes no
// register.
FUNC(pinheld)
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	pushq	%rcx
	.cfi_adjust_cfa_offset 8
	pushq	%r11
	.cfi_adjust_cfa_offset 8
1:	movl	$SCHED_YIELD, %eax
	syscall
	movq	TLS_AREA, %rax
	cmpw	$0, AREA_PINS(%rax)
	jne	1b				// pairs with unpin
	popq	%r11
	.cfi_adjust_cfa_offset -8
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	popq	%rax
	.cfi_adjust_cfa_offset -8
	ret
END(pinheld)

// A goroutine is about to continue, and a handler's jump is there: it makes that instead. Its stack
// may have no room here, but has where the jump leads to.
FUNC(jumpheld)
	.cfi_undefined rip
	movq	TLS_AREA, %rax
	movq	AREA_JUMP(%rax), %rax
	movq	48(%rax), %rsp			// StackPointer in cgo/jump.c
	subq	$128, %rsp
	andq	$-16, %rsp
	call	makejump			// does not return
	int3
END(jumpheld)

// void sigreturnto(Ucontext *ctx)
// The handlers that have begun since end, as if the first one returned.
FUNC(sigreturnto)
	.cfi_undefined rip
	movq	%rdi, %rsp
	jmp	sigreturn
END(sigreturnto)

	ENDFILE
