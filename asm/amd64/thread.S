// thread.S - beginning and ending a thread.
//
// Follows Go's sys_linux_amd64.s (clone, exitThread).
#include "asm/amd64/asm.h"

// int64 clone(int32 flags, void *stk, M *mp, G *gp, void (*fn)(void))
//	in:  %edi flags, %rsi stk (16-byte aligned), %rdx mp, %rcx gp = mp->g0, %r8 fn
//	out: %rax = thread id, or -errno
// The child runs fn on stk with its own thread pointer and g = gp.
FUNC(clone)
	movq	%rdx, %r9			// mp; r8, r9 and r12 survive the system call
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r12, 0
	movq	%rcx, %r12			// gp
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	movl	$56, %eax
	syscall
	testq	%rax, %rax
	jz	.Lchild
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore r12
	ret

.Lchild:
	.cfi_undefined rip
	.cfi_def_cfa rsp, 8
	xorl	%ebp, %ebp
	movl	$186, %eax			// gettid
	syscall
	movq	%rax, m_procid(%r9)
	movq	%r8, %rbx			// settls clobbers none of these
	movq	%r9, %r13
	leaq	m_tls(%r9), %rdi
	call	settls
	movq	%r13, g_m(%r12)			// gp->m = mp
	movq	%r12, TLS_G
	call	stackcheck
	call	*%rbx
	movl	$111, %edi			// fn returned: it must not
1:	movl	$60, %eax			// exit, this thread only
	syscall
	jmp	1b
END(clone)

// Stops here unless sp is on g's stack.
FUNC(stackcheck)
	movq	TLS_G, %rax
	cmpq	%rsp, g_stack_hi(%rax)
	ja	1f
	int3
1:	cmpq	%rsp, g_stack_lo(%rax)
	jb	2f
	int3
2:	ret
END(stackcheck)

// void exitThread(uint32 *wait)
// Ends this thread. After *wait = 0 its stack may belong to someone else, so nothing
// is pushed from there on; signals are blocked.
FUNC(exitThread)
	movl	$0, (%rdi)
	xorl	%edi, %edi
	movl	$60, %eax			// exit
	syscall
	int3
1:	jmp	1b
END(exitThread)

	ENDFILE
