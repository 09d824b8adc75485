// asm.h - what every assembly file starts from.
#include "offsets.h"

// With indirect branch tracking a jump or call by a register must find ENDBR, but for one
// that goes into the middle of a function: to where it was left, as a ret would. The objects
// do not claim all this in a note: the last jump of asyncResume cannot have the prefix.
#ifdef __CET__
#define ENDBR endbr64
#define NOTRACK notrack
#else
#define ENDBR
#define NOTRACK
#endif

#define STACK_PREEMPT (STACK_PREEMPT_HI << 32 | STACK_PREEMPT_MID << 16 | STACK_PREEMPT_LO)

	.cfi_sections .debug_frame		// for the debugger only: nothing unwinds

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

// The running G, in thread-local storage (docs/startup.md).
#define TLS_G %fs:-8

// Words of the thread that asyncResume passes through.
#define TLS_ASYNC_PC %fs:-16
#define TLS_ASYNC_SP %fs:-24
