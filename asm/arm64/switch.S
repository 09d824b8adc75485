// switch.S - leaving one G's context and entering another's: gogo, mcall, systemstack,
// goexit.
//
// The twin of asm/amd64/switch.S. A Gobuf's sp and pc mean what they mean in Go. The registers
// that C wants preserved are on the stack, below the sp in the Gobuf:
//
//	sp ->	...		what the caller sees after mcall returns
//	sp-16	x30		of a new goroutine: it returns to goexit
//	sp-160	x19 ... x28  d8 ... d15
//
// x29 is in the Gobuf. Nothing else uses that stack meanwhile, and signals have their own. A
// context that was not made by mcall has other words there, or old ones; the code that continues
// there expects nothing of these registers. The floating point control belongs to the goroutine.
//
// built: libc
#include "asm/arm64/asm.h"

// void gogo(Gobuf *buf)
//	in:  x0 = buf
// Enters the context in buf, which becomes the running G's. Does not return.
// A new goroutine finds its argument in x0; a resumed one does not read it.
FUNC(gogo)
	ldr	x1, [x0, #gobuf_g]
	ldr	x2, [x1, #g_m]			// touch g: it must not be NULL
	ENTER_G	x1, x3
	ENTER_GUARD x1, x2, x3
	ldr	x4, [x0, #gobuf_sp]
	mov	sp, x4
	.cfi_undefined x30			// neither g0's stack nor yet the goroutine's

	// The control register rarely differs from that of the previous goroutine. Loading it is
	// slow: the M records what it is.
	ldr	x5, [x0, #gobuf_fpcr]
	ldr	x6, [x2, #m_curfpcr]
	cmp	x5, x6
	b.ne	.Lloadfpcr
.Lfpcrdone:
	ldr	x29, [x0, #gobuf_bp]
	ldr	x5, [x0, #gobuf_pc]
	ldr	x6, [x0, #gobuf_ctxt]
	str	xzr, [x0, #gobuf_sp]		// nothing stale for tracebacks to believe
	str	xzr, [x0, #gobuf_ctxt]
	str	xzr, [x0, #gobuf_bp]
	mov	x0, x6				// the argument
	ADDR	x7, asyncResume			// an interrupted function may have left no room
	cmp	x5, x7				// below its sp
	b.eq	1f
	LOAD_CALLEES x4, -LINK_SLOT-SAVED
	ldr	x30, [x4, #-LINK_SLOT]
1:	br	x5
.Lloadfpcr:
	msr	fpcr, x5
	str	x5, [x2, #m_curfpcr]
	b	.Lfpcrdone
	.globl	gogoEnd
gogoEnd:
END(gogo)

// void mcall(void (*fn)(G *gp))
//	in:  x0 = fn, which must not return
// Saves the running G in g->sched, switches to m->g0's stack, calls fn(g).
// Returns, perhaps on another thread, when someone does gogo(&g->sched).
FUNC(mcall)
	GETG	x1				// x1 = g, the G we leave
	mov	x4, sp
	str	x30, [x1, #g_sched+gobuf_pc]
	str	x4, [x1, #g_sched+gobuf_sp]
	str	x1, [x1, #g_sched+gobuf_g]
	str	x29, [x1, #g_sched+gobuf_bp]
	str	x30, [x4, #-LINK_SLOT]
	SAVE_CALLEES x4, -LINK_SLOT-SAVED
	CFI_CALLEES -LINK_SLOT-SAVED		// for debuggers that show the parked goroutine
	.cfi_offset x30, -LINK_SLOT		// as if it were still here (tools/gdb/rt0.py)
mcall_parked:
	ldr	x2, [x1, #g_m]
mcall_left:
	mrs	x3, fpcr			// it stays in force until gogo finds that the
	str	x3, [x1, #g_sched+gobuf_fpcr]	// next G's differs
	str	x3, [x2, #m_curfpcr]
	ldr	x4, [x2, #m_curg]
	cmp	x4, x1
	b.ne	mcallelsewhere			// no goroutine
	ldr	x4, [x2, #m_g0]			// x4 = m->g0, the G we enter
	mov	x5, x0				// fn
	mov	x0, x1				// its argument: g
	ENTER_G	x4, x3
	ENTER_GUARD x4, x2, x3
	ldr	x3, [x4, #g_sched+gobuf_sp]
	mov	sp, x3
	.cfi_undefined x30			// below us on g0 there is nothing of interest
	mov	x29, xzr
	blr	x5
	bl	badmcall2
END(mcall)

// mcall was called on no goroutine: badmcall returns if the caller has become one.
FUNC(mcallelsewhere)
	stp	x29, x30, [sp, #-32]!
	.cfi_adjust_cfa_offset 32
	.cfi_offset x29, -32
	.cfi_offset x30, -24
	mov	x29, sp
	str	x0, [sp, #16]
	bl	badmcall
	ldr	x0, [sp, #16]
	ldp	x29, x30, [sp], #32
	.cfi_adjust_cfa_offset -32
	.cfi_restore x29
	.cfi_restore x30
	b	mcall
END(mcallelsewhere)

// void mcallexit(void (*fn)(G *gp))
//	in:  x0 = fn, which must not return
// Is mcall for a G that ends. What it saves is for tracebacks only.
FUNC(mcallexit)
	.cfi_undefined x30
	GETG	x1
	mov	x4, sp
	str	x30, [x1, #g_sched+gobuf_pc]
	str	x4, [x1, #g_sched+gobuf_sp]
	str	x29, [x1, #g_sched+gobuf_bp]
	ldr	x2, [x1, #g_m]
	b	mcall_left
END(mcallexit)

// Calls fn(arg) on another G's stack and returns to the caller.
//	in:  x4 = m->g0 or m->gcgo, x1 = g, x2 = m, x0 = fn, x5 = arg; sp: where its stack is;
//	     shown: x20-x28 are left on the caller's stack, to be seen
// gdb accepts that a stack continues at a lower address only at frames of signals. So this frame
// is marked as a signal's, and gdb calls it one. That is the price of a backtrace that reaches
// the goroutine.
.macro CALL_ON stack, shown=0
	stp	x29, x30, [sp, #-32-80*\shown]!
	.cfi_def_cfa_offset 32+80*\shown
	.cfi_offset x29, -32-80*\shown
	.cfi_offset x30, -24-80*\shown
	mov	x29, sp
	.cfi_def_cfa_register x29
	ldr	x3, [x2, #m_guard]
	stp	x19, x3, [sp, #16]
	.cfi_offset x19, -16-80*\shown
	.if \shown
	stp	x20, x21, [sp, #32]
	stp	x22, x23, [sp, #48]
	stp	x24, x25, [sp, #64]
	stp	x26, x27, [sp, #80]
	str	x28, [sp, #96]
	.endif
	mov	x19, x1				// g, to come back to
	ENTER_GUARD x4, x2, x3
	SETG	x4, x3
	ldr	x3, [x4, #\stack]
	mov	sp, x3
	.cfi_endproc
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa x29, 32+80*\shown
	.cfi_offset x29, -32-80*\shown
	.cfi_offset x30, -24-80*\shown
	.cfi_offset x19, -16-80*\shown
	mov	x3, x0
	mov	x0, x5
	blr	x3

	SETG	x19, x3				// fn does not switch away: m->curg is still g
	str	xzr, [x19, #g_sched+gobuf_sp]
	mov	sp, x29
	ldr	x2, [x19, #g_m]
	ldr	x3, [sp, #24]
	KEEP_REQUEST x19, x2, x3
	ldr	x19, [sp, #16]
	.cfi_restore x19
	ldp	x29, x30, [sp], #32+80*\shown
	.cfi_endproc
	.cfi_startproc
	ret
.endm

// void systemstack(void (*fn)(void *), void *arg)
// Calls fn(arg) on m->g0's stack: at once when already there or on the signal stack;
// from a goroutine, or a function that rt_cgocall runs, by a switch, and back. fn must not
// switch away.
FUNC(systemstack)
	mov	x5, x1				// arg
	GETG	x1
	ldr	x2, [x1, #g_m]
	ldr	x4, [x2, #m_g0]
	cmp	x4, x1
	b.eq	.Lnoswitch
	ldr	x3, [x2, #m_gsignal]
	cmp	x3, x1
	b.eq	.Lnoswitch
	ldr	x3, [x2, #m_curg]
	cmp	x3, x1
	b.ne	.Lnotcurg
.Lswitch:
	// Record where we are, for tracebacks: as if called from systemstack_switch, which has no
	// frame and returns to our caller.
	ADDR	x3, systemstack_switch
	str	x3, [x1, #g_sched+gobuf_pc]
	mov	x3, sp
	str	x3, [x1, #g_sched+gobuf_sp]
	str	x1, [x1, #g_sched+gobuf_g]
	str	x29, [x1, #g_sched+gobuf_bp]
	str	x30, [x3, #-LINK_SLOT]

	CALL_ON	g_sched+gobuf_sp

.Lnoswitch:
	mov	x3, x0
	mov	x0, x5
	br	x3				// a tail call: the traceback stays short
.Lnotcurg:
	ldr	x3, [x2, #m_gcgo]
	cmp	x3, x1
	b.eq	.Lswitch
	bl	badsystemstack
	brk	#0
	.ltorg
END(systemstack)

// void asmcgocall(void (*fn)(void *), void *arg)
// Is systemstack for code that is not the runtime's, on m->gcgo's stack. The calling goroutine
// has recorded itself where it is meanwhile (entersyscall). The callee-saved registers are the
// goroutine's and may be in use by fn, so they are on the goroutine's stack, too: there they
// are found by what looks for pointers. Nothing loads them again, because fn preserves them.
FUNC(asmcgocall)
	mov	x5, x1
	GETG	x1
	ldr	x2, [x1, #g_m]
	ldr	x4, [x2, #m_gcgo]
	CALL_ON	g_stack_hi, 1
	.ltorg
END(asmcgocall)

// void entersyscall(void), void entersyscallblock(void)
// The callers' pointers may be in these registers alone until exitsyscall: of another thread's
// nothing can be seen, and which of them are in frames is the compiler's choice. So they are in
// the M as well, where reach/stacks.c finds them, before the P is lent: the world
// may be stopped from then on. Nothing loads them again.
.macro ENTER how
	GETG	x1
	ldr	x1, [x1, #g_m]
	str	x30, [x1, #m_enteredpc]
	add	x1, x1, #m_callees
	SAVE_CALLEES x1, 0
	b	\how				// a tail call: it looks for its caller
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

// The bottom of every goroutine's stack: newproc1 leaves goexit+4 for the link register, so
// that a traceback looks inside goexit.
FUNC(goexit)
	.cfi_undefined x30
	nop
	mov	x29, xzr
	bl	goexit1				// does not return
	nop
END(goexit)

	ENDFILE
