// asm.h - what every assembly file starts from.
#include "asm/endfile.h"
#include "offsets.h"

#define STACK_PREEMPT (STACK_PREEMPT_HI << 32 | STACK_PREEMPT_MID << 16 | STACK_PREEMPT_LO)

	.cfi_sections .debug_frame		// for the debugger only: nothing unwinds

// FUNC(name) ... END(name): a function in a section of its own, so that the final link
// can drop it, with call frame information that starts at "the return address is in x30".
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

// \reg = the address of a symbol of the program's.
.macro ADDR reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
.endm

// The running G, in the second word at the thread pointer (tls.h).
.macro GETG reg
	mrs	\reg, tpidr_el0
	ldr	\reg, [\reg, #8]
.endm

.macro SETG reg, scratch
	mrs	\scratch, tpidr_el0
	str	\reg, [\scratch, #8]
.endm

// With a C library, the area in force, which ends at the thread pointer (cgo/area.h).
.macro AREA reg
	mrs	\reg, tpidr_el0
	sub	\reg, \reg, #AREA_BYTES
.endm

// Makes the G at \g the running one, and its area the one in force: g is in the area before the
// thread pointer leads there.
.macro ENTER_G g, scratch
#ifdef RT0_LIBC
	ldr	\scratch, [\g, #g_area]
	add	\scratch, \scratch, #AREA_BYTES
	str	\g, [\scratch, #8]
	msr	tpidr_el0, \scratch
#else
	SETG	\g, \scratch
#endif
.endm

// Puts the guard of the entered G, at \g, into force on the M at \m (base/guard.h).
.macro ENTER_GUARD g, m, scratch
	ldr	\scratch, [\g, #g_stackguard0]
	str	\scratch, [\m, #m_guard]
.endm

// The goroutine at \g runs again on the M at \m, which ran another G meanwhile: puts \guard into
// force, or a request to yield that has come for it. Looks for the request after the store, which
// may have overwritten it: both words are written by one sender, the request first.
.macro KEEP_REQUEST g, m, guard
	str	\guard, [\m, #m_guard]
	ldrb	w16, [\g, #g_preempt]
	cbz	w16, .Lnorequest\@
	ldr	\guard, =STACK_PREEMPT
	str	\guard, [\m, #m_guard]
.Lnorequest\@:
.endm

// Gives a G of an M's own, at \g, the guard in \guard.
.macro FIX_GUARD g, guard
	str	\guard, [\g, #g_stackguard0]
	str	\guard, [\g, #g_stackguard1]
.endm

// The registers that C wants preserved, except x29 and x30, at \offset from \base: SAVED bytes.
// Of the vector registers these are the low halves of eight.
#define SAVED 144
.macro SAVE_CALLEES base, offset
	stp	x19, x20, [\base, #\offset]
	stp	x21, x22, [\base, #\offset+16]
	stp	x23, x24, [\base, #\offset+32]
	stp	x25, x26, [\base, #\offset+48]
	stp	x27, x28, [\base, #\offset+64]
	stp	d8, d9, [\base, #\offset+80]
	stp	d10, d11, [\base, #\offset+96]
	stp	d12, d13, [\base, #\offset+112]
	stp	d14, d15, [\base, #\offset+128]
.endm
.macro LOAD_CALLEES base, offset
	ldp	x19, x20, [\base, #\offset]
	ldp	x21, x22, [\base, #\offset+16]
	ldp	x23, x24, [\base, #\offset+32]
	ldp	x25, x26, [\base, #\offset+48]
	ldp	x27, x28, [\base, #\offset+64]
	ldp	d8, d9, [\base, #\offset+80]
	ldp	d10, d11, [\base, #\offset+96]
	ldp	d12, d13, [\base, #\offset+112]
	ldp	d14, d15, [\base, #\offset+128]
.endm

// For debuggers: they are at \offset from the CFA.
.macro CFI_CALLEES offset
	.cfi_offset x19, \offset
	.cfi_offset x20, \offset+8
	.cfi_offset x21, \offset+16
	.cfi_offset x22, \offset+24
	.cfi_offset x23, \offset+32
	.cfi_offset x24, \offset+40
	.cfi_offset x25, \offset+48
	.cfi_offset x26, \offset+56
	.cfi_offset x27, \offset+64
	.cfi_offset x28, \offset+72
	.cfi_offset d8, \offset+80
	.cfi_offset d9, \offset+88
	.cfi_offset d10, \offset+96
	.cfi_offset d11, \offset+104
	.cfi_offset d12, \offset+112
	.cfi_offset d13, \offset+120
	.cfi_offset d14, \offset+128
	.cfi_offset d15, \offset+136
.endm

// System calls.
#define SYS_EXIT 93
#define SYS_SCHED_YIELD 124
#define SYS_RT_SIGRETURN 139
#define SYS_GETTID 178
#define SYS_CLONE 220
