// touch.S - one access each to memory that the program vouches for, which need not be there.
#include "asm/arm64/asm.h"

// bool touchread(const void *p)
// bool touchwrite(const void *p)
// Reads a byte, or writes it back unchanged in one atomic step. Returns false if that faults:
// the signal handler then continues in touchfailed (sig/sig.c).
FUNC(touchread)
	mov	w1, wzr
	.globl touchreadat
touchreadat:					// for touchwrite as well
	ldxrb	w2, [x0]
	cbz	w1, 1f
	.globl touchwriteat
touchwriteat:
	stxrb	w3, w2, [x0]
	cbnz	w3, touchreadat
1:	clrex
	mov	w0, #1
	ret
	.cfi_endproc
	.size touchread, . - touchread
	.globl touchwrite
	.type touchwrite, @function
touchwrite:
	.cfi_startproc
	mov	w1, #1
	b	touchreadat
END(touchwrite)

FUNC(touchfailed)
	mov	w0, wzr
	ret
END(touchfailed)

	ENDFILE
