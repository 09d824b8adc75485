// coverage.S - where a program of the coverage build begins: maps the files of the counters
// over the counters, then enters the runtime as in every build.
//
// tools/coverage has given each part of the program a block of whole pages with its counters,
// and a record of it in the section covered:
//
//	.quad	start of the block - .
//	.quad	end of the block - .
//	.quad	path of its file - .
//
// The files are shared by all processes, so nothing needs to be written at their ends: what
// has been counted survives exec, fork, and death by any signal. Where a file is not found
// (in another root directory, or for another user) the process counts for itself alone.
#include <asm/unistd.h>

#include "asm/amd64/asm.h"

FUNC(_rt0_amd64_linux)
	.cfi_undefined rip			// nobody called us
	ENDBR
	leaq	__start_covered(%rip), %rbx	// rbx = the record
0:	leaq	__stop_covered(%rip), %rax
	cmpq	%rax, %rbx
	jae	2f
	leaq	16(%rbx), %rdi
	addq	(%rdi), %rdi
	movl	$02000002, %esi			// O_RDWR | O_CLOEXEC
	movl	$__NR_open, %eax
	syscall
	testl	%eax, %eax
	js	1f
	movl	%eax, %r8d
	movq	%rbx, %rdi
	addq	(%rdi), %rdi
	leaq	8(%rbx), %rsi
	addq	(%rsi), %rsi
	subq	%rdi, %rsi
	movl	$3, %edx			// to read and write
	movl	$0x11, %r10d			// shared, at this place
	xorl	%r9d, %r9d
	movl	$__NR_mmap, %eax
	syscall
	movl	%r8d, %edi
	movl	$__NR_close, %eax
	syscall
1:	addq	$24, %rbx
	jmp	0b
2:	xorl	%edx, %edx
	jmp	__rt0_covered			// the runtime's entry, by the Makefile's name for it
END(_rt0_amd64_linux)

	.section .note.GNU-stack, "", @progbits
	.section .note.GNU-split-stack, "", @progbits
