// memory.S - the memory functions that compilers call by themselves. Weak: a program or a
// C library may bring its own.
//
// Sizes up to 32 bytes are copied by overlapping loads and stores, all loads first, so that
// this code serves memmove too. Sizes up to 256 bytes use 16-byte vectors. Beyond that the
// string instructions are used, which modern processors run a cache line at a time.
#include "asm/amd64/asm.h"

#undef FUNC
#define FUNC(name)                                                                     \
	.section .text.name, "ax", @progbits;                                          \
	.weak name;                                                                    \
	.type name, @function;                                                         \
	.p2align 4;                                                                    \
	name:                                                                          \
	.cfi_startproc

// void *memmove(void *dst, const void *src, size_t n): the two may overlap.
// memcpy is another name of it: no slower, and never wrong.
	.section .text.memmove, "ax", @progbits
	.weak memcpy
	.type memcpy, @function
	.weak memmove
	.type memmove, @function
	.p2align 2
memcpy:
memmove:
	.cfi_startproc
	ENDBR
	movq	%rdi, %rax			// the result
	cmpq	$16, %rdx
	ja	.Lover16
	cmpl	$8, %edx
	jae	.L8to16
	cmpl	$4, %edx
	jae	.L4to7
	testl	%edx, %edx
	jz	1f
	movzbl	(%rsi), %ecx			// 1 to 3: first, middle, last
	movl	%edx, %r8d
	shrl	$1, %r8d
	movzbl	(%rsi,%r8), %r9d
	movzbl	-1(%rsi,%rdx), %r10d
	movb	%cl, (%rdi)
	movb	%r9b, (%rdi,%r8)
	movb	%r10b, -1(%rdi,%rdx)
1:	ret
.L4to7:
	movl	(%rsi), %ecx
	movl	-4(%rsi,%rdx), %r8d
	movl	%ecx, (%rdi)
	movl	%r8d, -4(%rdi,%rdx)
	ret
.L8to16:
	movq	(%rsi), %rcx
	movq	-8(%rsi,%rdx), %r8
	movq	%rcx, (%rdi)
	movq	%r8, -8(%rdi,%rdx)
	ret

.Lover16:
	cmpq	$32, %rdx
	ja	.Lover32
	movups	(%rsi), %xmm0
	movups	-16(%rsi,%rdx), %xmm1
	movups	%xmm0, (%rdi)
	movups	%xmm1, -16(%rdi,%rdx)
	ret

.Lover32:
	// Backward when dst starts inside [src, src+n).
	movq	%rdi, %rcx
	subq	%rsi, %rcx
	cmpq	%rdx, %rcx
	jb	.Lbackward
	cmpq	$256, %rdx
	ja	.Lstring
	movups	-16(%rsi,%rdx), %xmm1		// the tail, before it is overwritten
	leaq	-16(%rdi,%rdx), %r8
2:	movups	(%rsi), %xmm0
	movups	%xmm0, (%rdi)
	addq	$16, %rsi
	addq	$16, %rdi
	subq	$16, %rdx
	cmpq	$16, %rdx
	ja	2b
	movups	%xmm1, (%r8)
	ret
.Lstring:
	movq	%rdx, %rcx
	rep movsb
	ret

.Lbackward:
	testq	%rcx, %rcx
	jz	1b				// dst == src
	movups	(%rsi), %xmm1			// the head, before it is overwritten
	movq	%rdi, %r8
3:	movups	-16(%rsi,%rdx), %xmm0
	movups	%xmm0, -16(%rdi,%rdx)
	subq	$16, %rdx
	cmpq	$16, %rdx
	ja	3b
	movups	%xmm1, (%r8)
	ret
	.cfi_endproc
	.size memcpy, . - memcpy
	.size memmove, . - memmove

// void *memset(void *dst, int c, size_t n)
FUNC(memset)
	ENDBR
	movq	%rdi, %rax
	movzbl	%sil, %esi
	movabsq	$0x0101010101010101, %rcx
	imulq	%rcx, %rsi			// c in all eight bytes
	cmpq	$16, %rdx
	ja	.Lset16
	cmpl	$8, %edx
	jae	.Lset8to16
	cmpl	$4, %edx
	jae	.Lset4to7
	testl	%edx, %edx
	jz	1f
	movb	%sil, (%rdi)
	movb	%sil, -1(%rdi,%rdx)
	shrl	$1, %edx
	movb	%sil, (%rdi,%rdx)
1:	ret
.Lset4to7:
	movl	%esi, (%rdi)
	movl	%esi, -4(%rdi,%rdx)
	ret
.Lset8to16:
	movq	%rsi, (%rdi)
	movq	%rsi, -8(%rdi,%rdx)
	ret
.Lset16:
	cmpq	$256, %rdx
	ja	.Lsetstring
	movq	%rsi, %xmm0
	punpcklqdq %xmm0, %xmm0
	movups	%xmm0, -16(%rdi,%rdx)
2:	movups	%xmm0, (%rdi)
	addq	$16, %rdi
	subq	$16, %rdx
	cmpq	$16, %rdx
	ja	2b
	ret
.Lsetstring:
	movq	%rax, %r8
	movl	%esi, %eax
	movq	%rdx, %rcx
	rep stosb
	movq	%r8, %rax
	ret
END(memset)

// int memcmp(const void *a, const void *b, size_t n)
FUNC(memcmp)
	ENDBR
	xorl	%ecx, %ecx
1:	leaq	8(%rcx), %r8
	cmpq	%rdx, %r8
	ja	2f
	movq	(%rdi,%rcx), %rax
	cmpq	%rax, (%rsi,%rcx)
	jne	2f
	movq	%r8, %rcx
	jmp	1b
2:	cmpq	%rdx, %rcx			// byte by byte: the last 7, or the 8 that differ
	jae	3f
	movzbl	(%rdi,%rcx), %eax
	movzbl	(%rsi,%rcx), %r8d
	incq	%rcx
	subl	%r8d, %eax
	jz	2b
	ret
3:	xorl	%eax, %eax
	ret
END(memcmp)

	ENDFILE
