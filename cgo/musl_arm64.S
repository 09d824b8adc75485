// musl_arm64.S - the way through musl's start-up, and into the first function of an M.
//
// Follows Go's runtime/cgo (gcc_arm64.S).
#include "asm/arm64/asm.h"

#define FRAME (16+SAVED)

.macro SAVE
	stp	x29, x30, [sp, #-FRAME]!
	.cfi_adjust_cfa_offset FRAME
	.cfi_offset x29, -FRAME
	.cfi_offset x30, -FRAME+8
	SAVE_CALLEES sp, 16
	CFI_CALLEES 16-FRAME
.endm

.macro RESTORE
	LOAD_CALLEES sp, 16
	ldp	x29, x30, [sp], #FRAME
	.cfi_adjust_cfa_offset -FRAME
	.cfi_restore x29
	.cfi_restore x30
.endm

// void x_cgo_init(G *g0, void (*setg)(G *))
// Called by rt0_go before there is a thread pointer, with argc and argv in its frame. musl's
// start-up calls what it takes for main, which goes back to rt0_go: musl's frames are left
// for good. g0, in rt0_go's x19 too, gets more of the process's stack.
FUNC(x_cgo_init)
	ldr	w1, [sp, #8]			// argc
	ldr	x2, [sp, #16]			// argv
	SAVE
	ADDR	x3, rt0sp
	mov	x4, sp
	str	x4, [x3]
	adr	x0, 1f
	mov	x3, xzr
	mov	x4, xzr
	mov	x5, xzr
	bl	__libc_start_main

1:	ADDR	x3, rt0sp
	ldr	x4, [x3]
	mov	sp, x4
	ldr	x0, [sp, #16]			// x19
	ldr	x1, [x0, #g_stack_hi]
	bl	x_cgo_stack
	RESTORE
	ret
END(x_cgo_init)

	.local	rt0sp
	.comm	rt0sp, 8, 8

// void crosscall_arm64(void (*fn)(void))
// Calls mstart, which returns with the stack pointer as it was and no other register.
FUNC(crosscall_arm64)
	SAVE
	blr	x0
	RESTORE
	ret
END(crosscall_arm64)

	ENDFILE
