// asm.h - what every assembly file starts from.
#include "asm/endfile.h"
#include "offsets.h"

// With indirect branch tracking, a jump or call through a register must reach an ENDBR. The
// prefix NOTRACK exempts a jump into the middle of a function, which returns to where the
// function was left, as a ret would. The objects have no note that claims all this, because
// the last jump of asyncResume cannot have the prefix.
#ifdef __CET__
#define ENDBR endbr64
#define NOTRACK notrack
#else
#define ENDBR
#define NOTRACK
#endif

#define STACK_PREEMPT (STACK_PREEMPT_HI << 32 | STACK_PREEMPT_MID << 16 | STACK_PREEMPT_LO)

// The guard in force (base/guard.h).
#define TLS_GUARD %fs:0x70

// Puts the guard of the entered G, at \g, into force.
.macro ENTER_GUARD g, scratch
	movq	g_stackguard0(\g), \scratch
	movq	\scratch, TLS_GUARD
.endm

// The goroutine at \g runs again on an M that ran another G meanwhile: puts \guard into force,
// or a request to yield that has come for it. Looks for the request after the store, which may
// have overwritten it. Changes \guard and flags.
.macro KEEP_REQUEST g, guard
	movq	\guard, TLS_GUARD
	cmpb	$0, g_preempt(\g)
	je	.Lnorequest\@
	movabsq	$STACK_PREEMPT, \guard
	movq	\guard, TLS_GUARD
.Lnorequest\@:
.endm

// With a C library, the word by which it finds the thread's area, or the goroutine's (cgo/area.h).
#define TLS_AREA %fs:0

#define SCHED_YIELD 24				// the system call

// Puts the area of the entered G, at \g, into force.
.macro ENTER_AREA g, scratch
#ifdef RT0_LIBC
	movq	g_area(\g), \scratch
	movq	\scratch, TLS_AREA
#endif
.endm

// On g0, where nobody looks into registers of the goroutine's that have been saved: LeakSanitizer
// would take what the scheduler pushes for pointers of the program's (hosted/leak.c).
.macro FORGET_REGISTERS
#ifdef RT0_HOSTED
	.irp	reg, ebx, r12d, r13d, r14d, r15d
	xorl	%\reg, %\reg
	.endr
#endif
.endm

// Of a goroutine whose own code has been interrupted, with its area in force: a signal handler's
// jump waits while it is not on the processor (cgo/jump.c).
.macro HOLD_JUMPS scratch
#ifdef RT0_LIBC
	movq	TLS_AREA, \scratch
	incw	AREA_HELD(\scratch)
#endif
.endm

// It continues there, when no handler has it pinned: or where such a jump goes.
.macro RELEASE_JUMPS scratch
	movq	TLS_AREA, \scratch
	lock decw AREA_HELD(\scratch)		// then looks; pairs with requestjump, pin
	jnz	.Lreleased\@
	cmpw	$0, AREA_PINS(\scratch)
	je	.Lunpinned\@
	call	pinheld
.Lunpinned\@:
	cmpl	$0, AREA_JUMPING(\scratch)
	jne	jumpheld
.Lreleased\@:
.endm

// Gives a G of an M's own the guard in \guard. base: the address of the G, as in "+g0(%rip)".
.macro FIX_GUARD base, guard
	movq	\guard, g_stackguard0\base
	movq	\guard, g_stackguard1\base
.endm

#ifdef RT0_HOSTED
	.cfi_sections .debug_frame, .eh_frame	// a sanitizer's report unwinds
#else
	.cfi_sections .debug_frame		// for the debugger only: nothing unwinds
#endif

// FUNC(name) ... END(name): a function in a section of its own, so that the final link
// can drop it, with call frame information that starts at "the return address is at the
// top of the stack".
#define FUNC(name)                                                                     \
	.section .text.name, "ax", @progbits;                                          \
	.globl name;                                                                   \
	.type name, @function;                                                         \
	.p2align 2;                                                                    \
	name:                                                                          \
	.cfi_startproc

#define END(name)                                                                      \
	.cfi_endproc;                                                                  \
	.size name, .- name

// Call frame information: reg was saved at offset(base). DWARF's numbers, 0 <= offset < 8192.
#define DW_RAX 0
#define DW_RDX 1
#define DW_RCX 2
#define DW_RBX 3
#define DW_RSI 4
#define DW_RDI 5
#define DW_RBP 6
#define DW_RSP 7
#define DW_R10 10
#define DW_RIP 16
#define CFI_SAVED_AT(reg, offset, base)                                                \
	.cfi_escape 0x10, reg, 3, 0x70 + base, (offset) % 128 + 128, (offset) / 128

// Where a debugger finds the real return address of a frame whose own was replaced by that of
// code from from to to: in the record whose slot is the word below the stack pointer. The
// records are in lists of the Gs. The running G's register is out of the debugger's reach, so it
// looks through all of them:
//
//	for (i = allglen; i != 0;)
//		for (a = allgs[--i]->list; a; a = a->link)
//			if (a->slot == cfa - 8)
//				return &a->retaddr;
//	return NULL;
//
// By hand, because .cfi_escape takes no symbols.
.macro STANDS_IN from, to, list, link, slot, retaddr
	.pushsection .debug_frame, "", @progbits
.Lcie\@: .long	.Lfde\@ - 1f
1:	.long	-1				// a CIE
	.byte	1, 0				// version, no augmentation
	.byte	1, 0x78, DW_RIP			// code alignment, data alignment -8
	.byte	0x0c, 7, 0			// CFA = rsp
	.byte	0x10, DW_RIP			// rip at
	.uleb128 .Lfound\@ - 2f
2:	.byte	0x38, 0x1c			// cfa - 8: slot
	.byte	0x03
	.quad	allglen
	.byte	0x06				// slot i
.Lnextg\@:
	.byte	0x12, 0x28			// i != 0?
	.short	2f - 1f
1:	.byte	0x2f
	.short	.Lfound\@ - 2f
2:	.byte	0x31, 0x1c			// slot i-1
	.byte	0x12, 0x38, 0x1e, 0x03
	.quad	allgs
	.byte	0x06, 0x22, 0x06		// slot i g
	.byte	0x23
	.uleb128 \list
	.byte	0x06				// slot i a
.Lnexta\@:
	.byte	0x12, 0x28			// a != NULL?
	.short	2f - 1f
1:	.byte	0x13, 0x2f			// slot i
	.short	.Lnextg\@ - 2f
2:	.byte	0x12, 0x23, \slot, 0x06
	.byte	0x15, 3, 0x29, 0x28		// a->slot == slot?
	.short	3f - 1f
1:	.byte	0x23, \link, 0x06, 0x2f	// slot i a->link
	.short	.Lnexta\@ - 2f
2:
3:	.byte	0x23, \retaddr
.Lfound\@:
	.balign	8
.Lfde\@: .long	.Lend\@ - 1f
1:	.long	.Lcie\@
	.quad	\from
	.quad	\to - \from
	.balign	8
.Lend\@:
	.popsection
.endm

// Stores the x87 and vector state to the AsyncState at %rdi. Changes %rax, %rdx, flags.
.macro SAVESTATE
	movl	xsaveMask(%rip), %eax
	xorl	%edx, %edx
	cmpl	$1, xsaveKind(%rip)
	ja	.Lxsavec\@
	je	.Lxsave\@
	fxsave64 as_xsave(%rdi)
	jmp	.Lsaved\@
.Lxsavec\@:
	xsavec64 as_xsave(%rdi)
	jmp	.Lsaved\@
.Lxsave\@:
	xsave64	as_xsave(%rdi)
.Lsaved\@:
.endm

// What a C function expects of the state that XSAVE keeps: the x87 registers empty, MMX left,
// and the upper halves of the vector registers zero, since those of AVX make SSE slow. The
// control words stay, they are the goroutine's.
.macro CLEANSTATE
	fnclex					// emms would raise what is pending
	emms
	testb	$XSAVE_AVX, xsaveMask(%rip)
	jz	.Lclean\@
	vzeroupper
.Lclean\@:
.endm

// Debug builds: goes to bad if x87 or MMX registers are in use. Changes flags and the 32 bytes
// below the stack pointer.
.macro CHECKX87 bad
.if DEBUG
	fnstenv	-32(%rsp)
	fldenv	-32(%rsp)			// the fnstenv has masked all exceptions
	cmpw	$-1, -32+8(%rsp)		// the tag word
	jne	\bad
.endif
.endm

// The running G, in thread-local storage (docs/startup.md), and words of the thread that
// asyncResume passes through. Hosted, they are where the linker has put them.
#ifdef RT0_HOSTED
#define TLS_G %fs:__rt0_g@tpoff
#define TLS_ASYNC_PC %fs:__rt0_g@tpoff-8
#define TLS_ASYNC_SP %fs:__rt0_g@tpoff-16
#else
#define TLS_G %fs:-8
#define TLS_ASYNC_PC %fs:-16
#define TLS_ASYNC_SP %fs:-24
#endif
