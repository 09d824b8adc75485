// process.S - a new process, which shares this one's memory until it executes a program.
#include "asm/amd64/asm.h"

// int64 clonechild(int64 nr, uint64 a, uint64 b, uint64 c)
//	in:  %rdi the number of clone or clone3, %rsi, %rdx, %rcx its first arguments
//	out: %rax = process id, or -errno
// The child takes two words off the stack that the arguments name, a function and its argument,
// and calls the function, which must not return.
FUNC(clonechild)
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	syscall
	testq	%rax, %rax
	jz	.Lchild
	ret

.Lchild:
	.cfi_undefined rip
	xorl	%ebp, %ebp
	popq	%rax
	.cfi_def_cfa_offset 0
	popq	%rdi
	.cfi_def_cfa_offset 0
	call	*%rax
	int3
END(clonechild)

	ENDFILE
