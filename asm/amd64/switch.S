// switch.S - leaving one G's context and entering another's: gogo, mcall, systemstack,
// goexit.
//
// Follows Go's asm_amd64.s. A Gobuf's sp and pc mean what they mean in Go. The registers
// that C wants preserved are on the stack, below the sp in the Gobuf:
//
//	sp ->	...		what the caller sees after mcall returns
//	sp-8	return address
//	sp-16	rbx  r12  r13  r14  r15  (sp-48)
//
// Nothing else uses that stack meanwhile, and signals have their own. A context that was not
// made by mcall has other words there, or old ones; the code that continues there expects
// nothing of these registers. The two words of floating point control belong to the goroutine.
//
// The processor predicts where a ret goes from the calls that it has seen: the innermost first.
// So between mcall and gogo no call is left open. mcall, schedule, execute and gogo (LEAVE) are
// entered by jumps, and gogo returns by a ret to the caller of an mcall. This ret, and those of
// mcall's callers, are predicted if the previous goroutine parked where the next one had. A new
// goroutine is called, so that its own ret is predicted, too.
//
// built: libc
#include "asm/amd64/asm.h"

// void gogo(Gobuf *buf)
//	in:  %rdi = buf
// Enters the context in buf, which becomes the running G's. Does not return.
// A new goroutine finds its argument in %rdi; a resumed one does not read it.
FUNC(gogo)
	CHECKX87 .Lbadx87
	movq	gobuf_g(%rdi), %rax
	movq	g_m(%rax), %rsi			// touch g: it must not be NULL
	movq	%rax, TLS_G
	ENTER_GUARD %rax, %rdx
	ENTER_AREA %rax, %rdx
	movq	gobuf_sp(%rdi), %rsp
	.cfi_undefined rip			// neither g0's stack nor yet the goroutine's

	// The control words rarely differ from those of the previous goroutine. Loading them
	// is slow, and so is reading them: the M records what they are.
	movl	gobuf_mxcsr(%rdi), %edx
	cmpl	%edx, m_curmxcsr(%rsi)
	jne	.Lloadmxcsr
.Lmxcsrdone:
	movzwl	gobuf_fcw(%rdi), %edx
	cmpw	%dx, m_curfcw(%rsi)
	jne	.Lloadfcw
.Lfcwdone:
	movq	gobuf_bp(%rdi), %rbp
	movq	-16(%rsp), %rbx
	movq	-24(%rsp), %r12
	movq	-32(%rsp), %r13
	movq	-40(%rsp), %r14
	movq	-48(%rsp), %r15
	movq	gobuf_pc(%rdi), %rcx
	movq	gobuf_ctxt(%rdi), %rdx
	movq	$0, gobuf_sp(%rdi)		// nothing stale for tracebacks to believe
	movq	$0, gobuf_ctxt(%rdi)
	movq	$0, gobuf_bp(%rdi)
	leaq	gobuf_pc(%rdi), %rax
	movq	%rdx, %rdi			// the argument

	// Three ways to continue at pc with sp. The first two write what is there already:
	// the return address of mcall below sp (only mcall leaves a pc that equals leftpc),
	// and goexit+1 at sp.
	cmpq	%rcx, m_leftpc(%rsi)
	jne	.Lelsewhere
	pushq	%rcx
	ret
.Lelsewhere:
	leaq	goexit+1(%rip), %rdx
	cmpq	%rdx, (%rsp)			// nothing but its first function on the stack?
	je	gostart
	NOTRACK jmp *%rcx
.Lloadmxcsr:
	ldmxcsr	gobuf_mxcsr(%rdi)
	movl	%edx, m_curmxcsr(%rsi)
	jmp	.Lmxcsrdone
.Lloadfcw:
	fnclex					// flags left by others must not become faults
	fldcw	gobuf_fcw(%rdi)
	movw	%dx, m_curfcw(%rsi)
	jmp	.Lfcwdone
.Lbadx87:
	jmp	badx87				// as if called by our caller: nothing to undo
	.globl	gogoEnd
gogoEnd:
END(gogo)

// void mcall(void (*fn)(G *gp))
//	in:  %rdi = fn, which must not return
// Saves the running G in g->sched, switches to m->g0's stack, calls fn(g).
// Returns, perhaps on another thread, when someone does gogo(&g->sched).
FUNC(mcall)
	CHECKX87 .Lbadx87
	movq	TLS_G, %rdx			// rdx = g, the G we leave
	movq	0(%rsp), %rax			// caller's pc
	movq	%rax, g_sched+gobuf_pc(%rdx)
	leaq	8(%rsp), %rcx			// caller's sp
	movq	%rcx, g_sched+gobuf_sp(%rdx)
	movq	%rdx, g_sched+gobuf_g(%rdx)
	movq	%rbp, g_sched+gobuf_bp(%rdx)
	movq	%rbx, -8(%rsp)
	movq	%r12, -16(%rsp)
	movq	%r13, -24(%rsp)
	movq	%r14, -32(%rsp)
	movq	%r15, -40(%rsp)
	.cfi_offset rbx, -16			// for debuggers that show the parked goroutine
	.cfi_offset r12, -24			// as if it were still here (tools/gdb/rt0.py)
	.cfi_offset r13, -32
	.cfi_offset r14, -40
	.cfi_offset r15, -48
mcall_parked:
	movq	g_m(%rdx), %rcx
	movq	%rax, m_leftpc(%rcx)
mcall_left:
	stmxcsr	g_sched+gobuf_mxcsr(%rdx)
	fnstcw	g_sched+gobuf_fcw(%rdx)
	movl	g_sched+gobuf_mxcsr(%rdx), %esi	// they stay in force until gogo finds
	movl	%esi, m_curmxcsr(%rcx)		// that the next G's differ; one load of
	movzwl	g_sched+gobuf_fcw(%rdx), %esi	// both would wait for both stores to
	movw	%si, m_curfcw(%rcx)		// reach the cache
	movq	m_g0(%rcx), %rsi		// rsi = m->g0, the G we enter
	cmpq	m_curg(%rcx), %rdx
	jne	.Lbadmcall			// no goroutine
	movq	%rdi, %rax			// fn
	movq	%rdx, %rdi			// its argument: g
	movq	%rsi, TLS_G
	ENTER_GUARD %rsi, %r8
	ENTER_AREA %rsi, %r8
	movq	g_sched+gobuf_sp(%rsi), %rsp
	.cfi_remember_state
	.cfi_undefined rip			// below us on g0 there is nothing of interest
	xorl	%ebp, %ebp
	FORGET_REGISTERS
	leaq	.Lfnreturned(%rip), %rcx
	pushq	%rcx
	jmp	*%rax
.Lfnreturned:
	call	badmcall2
	.cfi_restore_state
.Lbadmcall:
	jmp	mcallelsewhere
END(mcall)

// mcall was called on no goroutine: badmcall returns if the caller has become one.
FUNC(mcallelsewhere)
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	call	badmcall
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	jmp	mcall
END(mcallelsewhere)

// void mcallexit(void (*fn)(G *gp))
//	in:  %rdi = fn, which must not return
// Is mcall for a G that ends. What it saves is for tracebacks only. m->leftpc stays what it was
// when the G was started, because the processor predicts that address again.
FUNC(mcallexit)
	.cfi_undefined rip
	CHECKX87 .Lbadx87
	movq	TLS_G, %rdx
	movq	0(%rsp), %rax
	movq	%rax, g_sched+gobuf_pc(%rdx)
	leaq	8(%rsp), %rcx
	movq	%rcx, g_sched+gobuf_sp(%rdx)
	movq	%rbp, g_sched+gobuf_bp(%rdx)
	movq	g_m(%rdx), %rcx
	jmp	mcall_left
END(mcallexit)

// Calls fn(arg) on another G's stack and returns to the caller.
//	in:  %rax = m->g0 or m->gcgo, %rdx = g, %rdi = fn, %rsi = arg; sp: where its stack is;
//	     shown: r12-r15 are left on the caller's stack, to be seen
// gdb accepts that a stack continues at a lower address only at frames of __morestack and of
// signals. So this frame is marked as a signal's, and gdb calls it one. That is the price of a
// backtrace that reaches the goroutine.
.macro CALL_ON sp, shown=0
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq	%rsp, %rbp
	.cfi_def_cfa_register rbp
	pushq	%rbx
	.cfi_offset rbx, -24
	movq	%rdx, %rbx			// rbx = g, to come back to
	pushq	TLS_GUARD
	.if \shown
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	.endif
	ENTER_GUARD %rax, %r8

	movq	%rax, TLS_G
	movq	\sp(%rax), %rsp
	.cfi_endproc
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa rbp, 16
	.cfi_offset rbp, -16
	.cfi_offset rbx, -24
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax

	movq	%rbx, TLS_G			// fn does not switch away: m->curg is still g
	movq	$0, g_sched+gobuf_sp(%rbx)
	movq	-16(%rbp), %rcx
	KEEP_REQUEST %rbx, %rcx
	movq	-8(%rbp), %rbx
	.cfi_restore rbx
	leave
	.cfi_endproc
	.cfi_startproc
	ret
.endm

// void systemstack(void (*fn)(void *), void *arg)
// Calls fn(arg) on m->g0's stack: at once when already there or on the signal stack;
// from a goroutine, or a function that rt_cgocall runs, by a switch, and back. fn must not
// switch away.
FUNC(systemstack)
	movq	TLS_G, %rdx
	movq	g_m(%rdx), %rcx
	movq	m_g0(%rcx), %rax
	cmpq	%rax, %rdx
	je	.Lnoswitch
	cmpq	m_gsignal(%rcx), %rdx
	je	.Lnoswitch
	cmpq	m_curg(%rcx), %rdx
	jne	.Lnotcurg
.Lswitch:
	// Record where we are, for tracebacks: as if called from systemstack_switch.
	leaq	systemstack_switch(%rip), %r8
	movq	%r8, g_sched+gobuf_pc(%rdx)
	movq	%rsp, g_sched+gobuf_sp(%rdx)
	movq	%rdx, g_sched+gobuf_g(%rdx)
	movq	%rbp, g_sched+gobuf_bp(%rdx)

	CALL_ON	g_sched+gobuf_sp

.Lnoswitch:
	movq	%rdi, %rax
	movq	%rsi, %rdi
	jmp	*%rax				// a tail call: the traceback stays short
.Lnotcurg:
	cmpq	m_gcgo(%rcx), %rdx
	je	.Lswitch
	call	badsystemstack
	int3
END(systemstack)

// void asmcgocall(void (*fn)(void *), void *arg)
// Is systemstack for code that is not the runtime's, on m->gcgo's stack. The calling goroutine
// has recorded itself where it is meanwhile (entersyscall). The callee-saved registers are the
// goroutine's and may be in use by fn, so they are on the goroutine's stack, too: there they
// are found by what looks for pointers. Nothing loads them again, because fn preserves them.
FUNC(asmcgocall)
	movq	TLS_G, %rdx
	movq	g_m(%rdx), %rax
	movq	m_gcgo(%rax), %rax
	CALL_ON	g_stack_hi, 1
END(asmcgocall)

// void entersyscall(void), void entersyscallblock(void)
// The callers' pointers may be in these registers alone until exitsyscall: of another thread's
// nothing can be seen, and which of them are in frames is the compiler's choice. So they are in
// the M as well, where reach/stacks.c finds them, before the P is lent: the world
// may be stopped from then on. Nothing loads them again.
.macro ENTER how
	movq	TLS_G, %rax
	movq	g_m(%rax), %rax
	movq	0(%rsp), %rcx
	movq	%rcx, m_enteredpc(%rax)
	movq	%rbx, m_callees(%rax)
	movq	%r12, m_callees+8(%rax)
	movq	%r13, m_callees+16(%rax)
	movq	%r14, m_callees+24(%rax)
	movq	%r15, m_callees+32(%rax)
	jmp	\how				// a tail call: it looks for its caller
.endm
FUNC(entersyscall)
	ENTER	entersaved
END(entersyscall)
FUNC(entersyscallblock)
	ENTER	enterblocksaved
END(entersyscallblock)

// Only its address is used: the pc of a goroutine that is away on the system stack.
FUNC(systemstack_switch)
	ret
END(systemstack_switch)

// The bottom of every goroutine's stack: newproc1 leaves goexit+1 as the return address,
// so that a traceback looks inside goexit. gostart calls the function, whose address is at
// %rax, so that the call puts just that there: the last byte of the call, an offset, is
// goexit's nop.
#define NOP 0x90
FUNC(gostart)
	.cfi_undefined rip
	addq	$8, %rsp
	subq	$NOP - 0x100, %rax		// the offset: -0x70
	.byte	0x3e, 0xff, 0x50		// and the nop: notrack call *-0x70(%rax)
	.size	gostart, . - gostart
	.globl	goexit
	.type	goexit, @function
goexit:
	nop
	xorl	%ebp, %ebp
	leaq	.Lexited(%rip), %rax
	pushq	%rax
	jmp	goexit1				// does not return
.Lexited:
	nop
	.cfi_endproc
	.size	goexit, . - goexit

// What WAITRETURNS' functions (machine.h) end in, which have parked the goroutine and now return to
// its code; %rcx and %rdx are free then. The processor expects the return of the goroutine that
// parked last on this M. If that one waits where this one did, a ret is predicted, and those of the
// callers are, too. Otherwise a ret is mispredicted, and a jump is often predicted by its history.
FUNC(waitreturn)
	popq	%rcx				// the caller's pc
	.cfi_adjust_cfa_offset -8
	movq	TLS_G, %rdx
	movq	g_m(%rdx), %rdx
	cmpq	%rcx, m_leftcaller(%rdx)
	jne	.Lanother
	pushq	%rcx				// what is there already
	ret
.Lanother:
	NOTRACK jmp *%rcx
END(waitreturn)

// What JUMPBACK's functions (machine.h) end in, by gcc's name for it; %rcx is free then.
FUNC(__x86_return_thunk)
	popq	%rcx				// the caller's pc
	.cfi_adjust_cfa_offset -8
	NOTRACK jmp *%rcx
END(__x86_return_thunk)

	ENDFILE
