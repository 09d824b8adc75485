// vdso.S - calling the kernel's clock functions.
#include "asm/arm64/asm.h"

// int64 vdsocall(uintptr fn, int64 id, Timespec *ts)
// The vDSO is code of another compiler, which takes what stack it likes: from a goroutine it
// runs on g0's, with the goroutine's G in place still.
FUNC(vdsocall)
	stp	x29, x30, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	mov	x29, sp
	.cfi_def_cfa_register x29
	GETG	x3
	ldr	x4, [x3, #g_m]
	ldr	x5, [x4, #m_curg]
	cmp	x5, x3
	b.ne	1f				// g0 or gsignal: there is room
	ldr	x4, [x4, #m_g0]
	ldr	x4, [x4, #g_sched+gobuf_sp]
	mov	sp, x4
1:	mov	x3, x0
	mov	x0, x1
	mov	x1, x2
	blr	x3
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	.cfi_def_cfa sp, 0
	.cfi_restore x29
	.cfi_restore x30
	ret
END(vdsocall)

	ENDFILE
