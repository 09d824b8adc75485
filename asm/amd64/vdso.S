// vdso.S - calling the kernel's clock functions.
#include "asm/amd64/asm.h"

// int64 vdsocall(uintptr fn, int64 id, Timespec *ts)
// The vDSO is code of another compiler, which takes what stack it likes: from a goroutine it
// runs on g0's, with the goroutine's G in place still.
FUNC(vdsocall)
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq	%rsp, %rbp
	.cfi_def_cfa_register rbp
	movq	TLS_G, %rax
	movq	g_m(%rax), %rcx
	cmpq	m_curg(%rcx), %rax
	jne	1f				// g0 or gsignal: there is room
	movq	m_g0(%rcx), %rcx
	movq	g_sched+gobuf_sp(%rcx), %rsp
1:	andq	$~15, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	NOTRACK call *%rax			// the kernel does not say what it begins with
	leave
	.cfi_def_cfa rsp, 8
	.cfi_restore rbp
	ret
END(vdsocall)

	ENDFILE
