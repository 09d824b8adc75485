// thread_arm64.S - into the first function of an M, as cgo/musl_arm64.S does for musl.
#include "asm/arm64/asm.h"

#define FRAME (16+SAVED)

// void callmstart(void (*mstart)(void))
// mstart returns with the stack pointer as it was and no other register.
FUNC(callmstart)
	stp	x29, x30, [sp, #-FRAME]!
	.cfi_adjust_cfa_offset FRAME
	.cfi_offset x29, -FRAME
	.cfi_offset x30, -FRAME+8
	SAVE_CALLEES sp, 16
	CFI_CALLEES 16-FRAME
	blr	x0
	LOAD_CALLEES sp, 16
	ldp	x29, x30, [sp], #FRAME
	.cfi_adjust_cfa_offset -FRAME
	ret
END(callmstart)

	ENDFILE
