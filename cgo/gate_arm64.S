// gate_arm64.S - the system calls of the gate: a place that signal handlers know.
#include "asm/arm64/asm.h"

// Makes the call that x0 points to.
#define LOADCALL \
	mov	x9, x0; \
	ldp	x8, x0, [x9]; \
	ldp	x1, x2, [x9, #16]; \
	ldp	x3, x4, [x9, #32]; \
	ldr	x5, [x9, #48]

// int64_t plaincall(const Call *c)
// A handler may leave by siglongjmp while pc is here (linker.ld).
FUNC(plaincall)
	LOADCALL
	svc	#0
	ret
END(plaincall)

// int64_t gatesyscall(const Call *c, const uint32_t *word, uint32_t seen, const int32_t *request)
// Makes the call, unless *word is not seen or *request is not 0: then it returns -EINTR. While pc
// is here a handler may send it to gatesyscall_stopped (gate_stop.c).
FUNC(gatesyscall)
	ldar	w4, [x1]			// word: pairs with gatehandled
	cmp	w4, w2				// seen
	b.ne	gatesyscall_stopped
	ldar	w4, [x3]			// request: pairs with gatecancel, recordjump
	cbnz	w4, gatesyscall_stopped
	LOADCALL
	svc	#0
	.globl	gatesyscall_end, gatesyscall_stopped
	.hidden	gatesyscall_end, gatesyscall_stopped
gatesyscall_end:
	ret
gatesyscall_stopped:
	mov	x0, #-4				// -EINTR
	ret
END(gatesyscall)

// A goroutine is about to continue, and a handler's jump is there: it makes that instead. Its stack
// may have no room here, but has where the jump leads to.
FUNC(jumpheld)
	.cfi_undefined x30
	AREA	x0
	ldr	x0, [x0, #AREA_JUMP]
	ldr	x0, [x0, #104]			// JumpStackPointer
	sub	x0, x0, #128
	and	sp, x0, #-16
	bl	makejump			// does not return
	brk	#0
END(jumpheld)

// void sigreturnto(Ucontext *ctx)
// The handlers that have begun since end, as if the first one returned.
FUNC(sigreturnto)
	.cfi_undefined x30
	sub	sp, x0, #UCONTEXT		// siginfo is before it in the kernel's frame
	b	sigreturn
END(sigreturnto)

	ENDFILE
