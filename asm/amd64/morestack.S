// morestack.S - growing a goroutine's stack, and the other answer to a prologue's check.
//
// gcc -fsplit-stack lets every function begin with
//
//		cmp	%fs:0x70, %rsp		(or: lea -frame(%rsp), %r11; cmp ..., %r11)
//		jb	stub
//	body:	...
//	stub:	mov	$frame, %r10d
//		mov	$argbytes, %r11d
//		call	__morestack
//		ret
//		jmp	body
//
// A function calls __morestack for one of two reasons. If its frame does not fit, __morestack
// calls it on the goroutine's segment, at the instruction behind the stub's ret, and the
// function returns to here. Otherwise the guard is StackPreempt, a request to yield. A
// goroutine has at most one segment, so there is only one boundary that a call can cross again
// and again: that path is short and reads four words. newstack does everything else, on g0
// (runtime/sched/morestack.c).
//
// The frame of __morestack, on the small stack:
//
//	24(%rbp)  arguments on the stack      8(%rbp)  stub's ret
//	16(%rbp)  caller of the function      0(%rbp)  caller's rbp
//
// A body that takes variable arguments finds them at 24(%rbp), so rbp must be this frame's.
//
// built: libc
#include "asm/amd64/asm.h"

// Room asked for on behalf of code that does not check for itself.
#define NON_SPLIT_ROOM 0x10000

// Arguments on the stack keep their alignment up to this.
#define ARG_ALIGN 256				// ArgAlign in sched/morestack.c

#define ENTER									\
	.cfi_def_cfa_offset 16;							\
	pushq	%rbp;								\
	.cfi_def_cfa_offset 24;							\
	.cfi_offset rbp, -24;							\
	movq	%rsp, %rbp;							\
	.cfi_def_cfa_register rbp;						\
	pushq	%rax;								\
	pushq	%rdx

// Keeps all argument registers on the way to the function, and its results on the way back.
FUNC(__morestack)
	ENTER
.Lretry:
	movq	TLS_G, %rax
	movq	TLS_GUARD, %rdx
	cmpq	g_fastguard(%rax), %rdx		// on the small stack, segment attached,
	jne	.Lslow				// nobody wants anything?
	movq	g_segment_hi(%rax), %rdx	// rdx = the new sp
	testl	%r11d, %r11d
	jnz	.Lplaceargs
	subq	%r10, %rdx
	cmpq	g_segguard(%rax), %rdx		// does the frame fit there?
	jb	.Lslow
	addq	%r10, %rdx
.Lswitch:
	movq	8(%rbp), %r10
	incq	%r10				// behind the stub's ret
	movq	g_segguard(%rax), %rax
	movq	%rax, TLS_GUARD
	movq	-8(%rbp), %rax
	movq	%rdx, %rsp
	movq	-16(%rbp), %rdx
	call	*%r10

	// The results are in rax, rdx, xmm0, xmm1, st. Perhaps another thread.
	movq	TLS_G, %r11
	movq	TLS_GUARD, %r10
	cmpq	g_segguard(%r11), %r10
	jne	1f				// a request to preempt stays
	movq	g_fastguard(%r11), %r10
	movq	%r10, TLS_GUARD
1:	movq	%rbp, %rsp
	.cfi_remember_state
	popq	%rbp
	.cfi_def_cfa rsp, 16
	.cfi_restore rbp
	ret
	.cfi_restore_state

	// Copies r11 bytes of arguments to a place that is aligned as theirs is.
.Lplaceargs:
	subq	%r11, %rdx
	subq	%rbp, %rdx
	subq	$24, %rdx
	andq	$-ARG_ALIGN, %rdx
	addq	%rbp, %rdx
	addq	$24, %rdx			// rdx = rbp + 24 mod ARG_ALIGN
	subq	%r10, %rdx
	movq	g_segment_hi(%rax), %rsp	// so that valgrind takes the rest for a frame
	cmpq	g_segguard(%rax), %rdx
	jb	.Lslow
	addq	%r10, %rdx
	movq	%rdx, %rsp
2:	subl	$8, %r11d
	movq	24(%rbp,%r11), %r10
	movq	%r10, (%rdx,%r11)
	jnz	2b
	jmp	.Lswitch

	// Everything goes into a MoreFrame on g0's stack, and newstack decides.
.Lslow:
	movq	g_m(%rax), %rdx
	cmpq	m_curg(%rdx), %rax
	jne	.Lsystem
	movq	m_g0(%rdx), %rdx
	movq	g_sched+gobuf_sp(%rdx), %rsp
	movups	%xmm7, mf_xmm+112-mf_size(%rsp)	// first, so that valgrind sees this sp, too
	subq	$mf_size, %rsp
	movq	%rax, mf_g(%rsp)
	movq	%r10, mf_framesize(%rsp)
	movq	%r11, mf_argsize(%rsp)
	movq	%rbp, mf_fp(%rsp)
	movq	%rbx, mf_rbx(%rsp)
	movq	%rcx, mf_rcx(%rsp)
	movq	%rsi, mf_rsi(%rsp)
	movq	%rdi, mf_rdi(%rsp)
	movq	%r8, mf_r8(%rsp)
	movq	%r9, mf_r9(%rsp)
	movq	%r12, mf_r12(%rsp)
	movq	%r13, mf_r13(%rsp)
	movq	%r14, mf_r14(%rsp)
	movq	%r15, mf_r15(%rsp)
	movups	%xmm0, mf_xmm(%rsp)		// the runtime's memory functions use some
	movups	%xmm1, mf_xmm+16(%rsp)
	movups	%xmm2, mf_xmm+32(%rsp)
	movups	%xmm3, mf_xmm+48(%rsp)
	movups	%xmm4, mf_xmm+64(%rsp)
	movups	%xmm5, mf_xmm+80(%rsp)
	movups	%xmm6, mf_xmm+96(%rsp)
#ifdef RT0_LIBC
	movq	8(%rbp), %rax			// in the runtime's code it holds no jumps (newstack)
	leaq	__runtime_text_start(%rip), %rcx
	cmpq	%rcx, %rax
	jb	7f
	leaq	__runtime_text_end(%rip), %rcx
	cmpq	%rcx, %rax
	jb	8f
7:	HOLD_JUMPS %rax				// before g changes
8:
#endif
	movq	%rdx, TLS_G
	ENTER_GUARD %rdx, %rax
	movq	%rsp, %rdi
	movq	%rsp, %rbx			// the frame; callee-saved
	CFI_SAVED_AT(DW_RBX, mf_rbx, DW_RBX)
	call	newstack			// 0: try again, the segment is there; 1: no need

	movq	%rax, %rdx
	movups	mf_xmm(%rbx), %xmm0
	movups	mf_xmm+16(%rbx), %xmm1
	movups	mf_xmm+32(%rbx), %xmm2
	movups	mf_xmm+48(%rbx), %xmm3
	movups	mf_xmm+64(%rbx), %xmm4
	movups	mf_xmm+80(%rbx), %xmm5
	movups	mf_xmm+96(%rbx), %xmm6
	movups	mf_xmm+112(%rbx), %xmm7
	movq	mf_rcx(%rbx), %rcx
	movq	mf_rsi(%rbx), %rsi
	movq	mf_rdi(%rbx), %rdi
	movq	mf_r8(%rbx), %r8
	movq	mf_r9(%rbx), %r9
	movq	mf_framesize(%rbx), %r10
	movq	mf_argsize(%rbx), %r11
	movq	mf_g(%rbx), %rax
	leaq	-16(%rbp), %rsp			// rbp and r12-r15 are newstack's callee-saved
	movq	mf_rbx(%rbx), %rbx
	.cfi_restore rbx
	movq	%rax, TLS_G
	ENTER_GUARD %rax, %rax
#ifdef RT0_LIBC
	btl	$1, %edx			// newstack's answer has Held
	jnc	6f
	RELEASE_JUMPS %rax
6:	testl	$1, %edx
#else
	testl	%edx, %edx
#endif
	jz	.Lretry

	// The function continues where it is, as if the check in its prologue had passed.
.Lgoon:
	movq	8(%rbp), %r10
	incq	%r10
	cmpl	$0xfa1e0ff3, (%r10)		// endbr64
	jne	4f
	addq	$4, %r10
4:	cmpl	$0x4cc28949, (%r10)		// mov %rax,%r10; lea: variable arguments
	je	.Lnested			// of a nested function
	cmpl	$0x185d8d4c, (%r10)		// lea 0x18(%rbp),%r11: variable arguments
	jne	5f
	addq	$4, %r10
5:	leaq	24(%rbp), %r11			// where they are: 8(%rsp) of the function
	popq	%rdx
	popq	%rax
	popq	%rbp
	.cfi_remember_state
	.cfi_def_cfa rsp, 16
	.cfi_restore rbp
	addq	$8, %rsp			// the stub's ret is not needed
	.cfi_adjust_cfa_offset -8
	NOTRACK jmp *%r10
	.cfi_restore_state

	// The body of a nested function wants r10 from rax and r11 from this frame, so it is
	// called, below the frame. It finds all arguments on the stack through r11.
.Lnested:
	popq	%rdx
	movq	(%rsp), %rax
	NOTRACK call *%r10				// rsp is aligned again
	movq	%rbp, %rsp
	popq	%rbp
	.cfi_remember_state
	.cfi_def_cfa rsp, 16
	.cfi_restore rbp
	ret
	.cfi_restore_state

	// g0, gsignal or gcgo. A request to yield may have come for a goroutine that is not
	// here any more: forget it. Anything else is the end.
.Lsystem:
	movabsq	$STACK_PREEMPT, %rdx
	cmpq	%rdx, TLS_GUARD
	jne	.Lbad
	ENTER_GUARD %rax, %rdx
	leaq	16(%rbp), %rax
	subq	%r10, %rax
	cmpq	%rdx, %rax
	jae	.Lgoon
.Lbad:
	movq	%rbp, %rdi
	call	badmorestack
END(__morestack)

// Linkers that know split stacks (gold, lld) let a function that calls code without checks
// come here instead. It asks for room for that code too. With a C library a dense stack has that
// below its guard, and the answer mostly is that the function may continue where it is.
FUNC(__morestack_non_split)
#ifdef RT0_LIBC
	subq	%rsp, %r10
	negq	%r10				// where the frame would end
	cmpq	TLS_GUARD, %r10
	jb	1f
	ENTER
	jmp	.Lgoon
	.cfi_def_cfa rsp, 8
	.cfi_restore rbp
1:	negq	%r10
	addq	%rsp, %r10
	jmp	__morestack
#else
	addq	$NON_SPLIT_ROOM, %r10
	jmp	__morestack
#endif
END(__morestack_non_split)

// With -mcmodel=large a stub has the address in r11 and both sizes in r10: the arguments' in
// its upper half.
FUNC(__morestack_large_model)
	ENDBR
	movq	%r10, %r11
	shrq	$32, %r11
	movl	%r10d, %r10d
	jmp	__morestack
END(__morestack_large_model)

// void *__morestack_allocate_stack_space(size_t n): memory that lives as long as the
// calling function's frame, for an alloca that does not fit. It lowers the caller's stack
// pointer a little where there is room, as the caller's own code would have done: when the
// caller takes that back, at the end of a variable array's scope, the memory is free too.
FUNC(__morestack_allocate_stack_space)
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq	%rsp, %rbp
	.cfi_def_cfa_register rbp
	movq	TLS_G, %rcx
	movq	g_m(%rcx), %rdx
	cmpq	m_curg(%rdx), %rcx
	jne	2f				// no goroutine: there is no more
	pushq	0(%rbp)				// the caller's frame pointer; see SpaceRequest
	pushq	%rdi				// n, and the result
	leaq	allocspace(%rip), %rdi
	movq	%rsp, %rsi
	call	systemstack
	popq	%rax
	popq	%r8				// bytes to lower the stack pointer by
	movq	TLS_G, %rcx			// on the segment, its guard has moved
	movq	TLS_GUARD, %rdx
	cmpq	g_fastguard(%rcx), %rdx
	je	1f
	movabsq	$STACK_PREEMPT, %rsi
	cmpq	%rsi, %rdx
	je	1f
	movq	g_segguard(%rcx), %rdx
	movq	%rdx, TLS_GUARD
1:	popq	%rbp
	.cfi_def_cfa rsp, 8
	.cfi_restore rbp
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register rip, rcx
	subq	%r8, %rsp
	.cfi_remember_state
	.cfi_escape 0x0f, 5, 0x77, 0, 0x78, 0, 0x22 // CFA = rsp + r8
	NOTRACK jmp *%rcx
	.cfi_restore_state
	.cfi_def_cfa rbp, 16
	.cfi_offset rip, -8
	.cfi_offset rbp, -16
2:	movq	%rbp, %rdi
	call	badmorestack
END(__morestack_allocate_stack_space)

// A function that has alloca memory in the segment returns to here, because allocspace has
// replaced its return address. Releases the memory, and jumps to the address that was replaced.
	.section .text.allocreturn, "ax", @progbits
	.p2align 2
	.type allocreturn_caller, @function
allocreturn_caller:
	nop					// debuggers look at the byte before the pc
	.size allocreturn_caller, . - allocreturn_caller
	.globl allocreturn
	.type allocreturn, @function
allocreturn:
	movq	TLS_G, %r11
	movq	g_allocs(%r11), %r10
	leaq	-8(%rsp), %rcx			// its slot
	jmp	3f
2:	movq	ar_prev(%r10), %r10		// left by a function that returned otherwise
3:	cmpq	%rcx, ar_slot(%r10)
	jne	2b
4:	movq	ar_prev(%r10), %rsi
	testq	%rsi, %rsi
	jz	5f
	cmpq	%rcx, ar_slot(%rsi)
	jne	5f
	movq	%rsi, %r10			// the function's oldest is wanted
	jmp	4b
5:	movq	%rsi, g_allocs(%r11)
.Lsearched:					// up to here: .debug_frame, below
	.cfi_startproc
	.cfi_def_cfa rsp, 0
	CFI_SAVED_AT(DW_RIP, ar_retaddr, DW_R10)
	movq	ar_oldguard(%r10), %rcx
	movq	TLS_GUARD, %rsi
	cmpq	g_segguard(%r11), %rsi
	jne	1f				// on the small stack, or asked to yield
	movq	%rcx, TLS_GUARD
1:	movq	%rcx, g_segguard(%r11)
	NOTRACK jmp *ar_retaddr(%r10)
	.cfi_endproc
	.size allocreturn, . - allocreturn

	STANDS_IN allocreturn_caller, .Lsearched, g_allocs, ar_prev, ar_slot, ar_retaddr

// void xsavestate(AsyncState *a): keeps the vector state, and leaves one that C expects.
FUNC(xsavestate)
	SAVESTATE
	CLEANSTATE
	ret
END(xsavestate)

	ENDFILE
