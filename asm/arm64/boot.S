// boot.S - from the ELF entry to the scheduler: rt0_go, settls.
//
// The twin of asm/amd64/boot.S. It asks the processor nothing: AT_HWCAP says what there is.
// Go needs no thread pointer without a C library, since its g is in R28; here it is set where
// amd64 sets it.
#include "asm/arm64/asm.h"

// The bootstrap, told once in assembly.
//	in:  x0 = argc, x1 = argv
// Runs on the kernel's process stack, which becomes g0's, unless osinit finds that it is too
// small. Does not return.
FUNC(rt0_go)
	.cfi_undefined x30
	mov	x29, xzr			// frame pointers end here

	// Copy the arguments forward.
	sub	sp, sp, #32
	str	w0, [sp, #8]			// argc
	str	x1, [sp, #16]			// argv

	// g0 owns the 64 KiB below here.
	ADDR	x19, g0
	mov	x7, sp
	sub	x0, x7, #(64*1024/4096), lsl #12
	FIX_GUARD x19, x0
	str	x0, [x19, #g_stack_lo]
	str	x7, [x19, #g_stack_hi]

	// A C library beside the runtime sets up the thread pointer itself.
	ADDR	x1, _cgo_init
	ldr	x12, [x1]
	cbz	x12, needtls
	mov	x0, x19
	ADDR	x1, setg_gcc
	mov	x2, xzr
	mov	x3, xzr
	blr	x12
	b	ok

needtls:
	// m0's copy of the program's thread-local data; the linker script has reserved zeroed
	// room for it, and for the two words at the thread pointer.
	ADDR	x0, __m0_tls_block
	ADDR	x1, __tdata_start
	ADDR	x2, __tdata_end
	sub	x2, x2, x1
	bl	memmove
	ADDR	x0, __m0_tp
	ADDR	x1, m0
	str	x0, [x1, #m_tls]
	bl	settls

ok:
	// Link g0 and m0, and let the thread's g be g0 from now on.
	SETG	x19, x1
	ADDR	x1, m0
	str	x19, [x1, #m_g0]		// m->g0 = g0
	str	x1, [x19, #g_m]			// g0->m = m0
	ldr	x0, [x19, #g_stack_lo]
	add	x0, x0, #STACK_GUARD
	FIX_GUARD x19, x0
	ENTER_GUARD x19, x1, x0

	bl	check

	ldr	w0, [sp, #8]			// argc
	ldr	x1, [sp, #16]			// argv
	bl	args
	bl	osinit
	ldr	x0, [x19, #g_sched+gobuf_sp]
	cbz	x0, 1f
	mov	sp, x0				// osinit found this one too small
1:	bl	schedinit

	// A goroutine to start the program: newproc(0, &mainPC).
	mov	w0, wzr
	ADDR	x1, mainPC
	bl	newproc

	// This thread becomes an M.
	bl	mstart
	bl	abort				// mstart never returns
END(rt0_go)

// Sets the thread pointer.
//	in:  x0
// No system call, so nothing can fail.
FUNC(settls)
	msr	tpidr_el0, x0
	ret
END(settls)

// void setg_gcc(G *gp): what _cgo_init gets to set the running G with.
FUNC(setg_gcc)
	SETG	x0, x1
	ret
END(setg_gcc)

// void newproc(int32 siz, FuncVal *fn, void *argp): start a goroutine running fn with siz bytes
// of arguments at argp.
FUNC(newproc)
	mov	x3, x30				// callerpc
	b	newproc_c
END(newproc)

// The first function of every M, on its g0.
// Returns from mstart1 only by gogo(&g0->sched), when a G exits while locked to its
// thread: then the thread ends. The registers are not what they were.
FUNC(mstart)
	.cfi_undefined x30
	stp	x29, x30, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	mov	x29, xzr
	GETG	x0
	ldr	x1, [x0, #g_stack_lo]
	add	x1, x1, #STACK_GUARD
	FIX_GUARD x0, x1
	ldr	x2, [x0, #g_m]
	str	x1, [x2, #m_guard]
	bl	mstart1
	bl	mexit				// returns into a C library, by which it came
	ldp	x29, x30, [sp], #16
	.cfi_adjust_cfa_offset -16
	ret
END(mstart)

FUNC(asminit)
	ret					// nothing to set up on arm64
END(asminit)

FUNC(abort)
	brk	#0
1:	b	1b
END(abort)

FUNC(breakpoint)
	brk	#0
	ret
END(breakpoint)

	ENDFILE
