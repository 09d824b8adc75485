// touch.S - one access each to memory that the program vouches for, which need not be there.
#include "asm/amd64/asm.h"

// bool touchread(const void *p)
// bool touchwrite(const void *p)
// Reads a byte, or writes it back unchanged in one atomic step. Returns false if that faults:
// the signal handler then continues in touchfailed (sig/sig.c).
FUNC(touchread)
	ENDBR
	.globl touchreadat
touchreadat:
	movb	(%rdi), %al
	movl	$1, %eax
	ret
END(touchread)

FUNC(touchwrite)
	ENDBR
	.globl touchwriteat
touchwriteat:
	lock orb $0, (%rdi)
	movl	$1, %eax
	ret
END(touchwrite)

FUNC(touchfailed)
	xorl	%eax, %eax
	ret
END(touchfailed)

	ENDFILE
