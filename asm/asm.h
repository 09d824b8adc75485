// asm.h - what every assembly file starts from.
#include "offsets.h"

#define STACK_PREEMPT (STACK_PREEMPT_HI << 32 | STACK_PREEMPT_MID << 16 | STACK_PREEMPT_LO)

	.cfi_sections .debug_frame		// for the debugger only: nothing unwinds

// FUNC(name) ... END(name): a function in a section of its own, so that the final link
// can drop it, with call frame information that starts at "the return address is at the
// top of the stack".
#define FUNC(name)                                                                     \
	.section .text.name, "ax", @progbits;                                          \
	.globl name;                                                                   \
	.type name, @function;                                                         \
	.p2align 4;                                                                    \
	name:                                                                          \
	.cfi_startproc

#define END(name)                                                                      \
	.cfi_endproc;                                                                  \
	.size name, .- name

// The running G, in thread-local storage (docs/startup.md).
#define TLS_G %fs:-8
