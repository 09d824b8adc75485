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

// The running G, in thread-local storage (docs/startup.md).
#define TLS_G %fs:-8

// Words of the thread that asyncResume passes through.
#define TLS_ASYNC_PC %fs:-16
#define TLS_ASYNC_SP %fs:-24
