// recover.S - calling a function that need not return, for rt_recover.
#include "asm/arm64/asm.h"

#define FRAME (16+SAVED+16)			// x29 x30, the registers, fpcr

// bool recovercall(uintptr_t *sp, rt_func *fn, void *arg)
//	in:  x0 = sp, x1 = fn, x2 = arg
// Calls fn(arg) and returns false. *sp is the stack pointer during the call; above it are
// the registers that the ABI preserves, and the floating-point control.
FUNC(recovercall)
	stp	x29, x30, [sp, #-FRAME]!
	.cfi_adjust_cfa_offset FRAME
	.cfi_offset x29, -FRAME
	.cfi_offset x30, -FRAME+8
	mov	x29, sp
	.cfi_def_cfa_register x29
	SAVE_CALLEES sp, 16
	CFI_CALLEES 16-FRAME
	mrs	x3, fpcr
	str	x3, [sp, #16+SAVED]
	mov	x3, sp
	str	x3, [x0]
	mov	x0, x2
	blr	x1
	mov	w0, wzr
.Lreturn:
	LOAD_CALLEES sp, 16
	ldp	x29, x30, [sp], #FRAME
	.cfi_def_cfa sp, 0
	ret
END(recovercall)

// NORETURN void recovered(uintptr_t sp, uintptr_t guard)
//	in:  x0 = what recovercall stored, x1 = the guard for there
// Lets that recovercall return true.
FUNC(recovered)
	.cfi_undefined x30
	mov	sp, x0
	mov	x29, x0
	GETG	x2
	ldr	x3, [x2, #g_m]
	KEEP_REQUEST x2, x3, x1
	ldr	x3, [sp, #16+SAVED]
	msr	fpcr, x3
	mov	w0, #1
	b	.Lreturn
	.ltorg
END(recovered)

// The function that called rt_recover returns to here once it has recovered from a panic: that
// panic is over (panic/recover.c). Continues at the real return address. Where the function's
// frame record was, the stack pointer does not say; but this is the innermost function that
// recovered, and its panic the newest in the list that has such a record.
	.section .text.recoverreturn, "ax", @progbits
	.p2align 2
	nop					// debuggers look at the instruction before the pc
	.globl recoverreturn
	.type recoverreturn, @function
recoverreturn:
	.cfi_startproc
	.cfi_undefined x30			// that is in the list
	GETG	x9
	add	x9, x9, #(g_panic - panic_link)
1:	ldr	x9, [x9, #panic_link]
	ldr	x10, [x9, #panic_slot]
	cbz	x10, 1b
	ldr	x30, [x9, #panic_retaddr]
	str	xzr, [x9, #panic_slot]
	ret
	.cfi_endproc
	.size recoverreturn, . - recoverreturn

	ENDFILE
