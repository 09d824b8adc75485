// tls.S - g's slot: the last word of the thread-local segment, at -8 from the thread
// pointer (linker.ld).
#include "asm/asm.h"

// G *getg(), for code compiled for size (runtime/base/getg.h).
//	out: %rax; no other register is changed
FUNC(getg_rax)
	movq	TLS_G, %rax
	ret
END(getg_rax)

	.section .tlsg, "awT", @nobits
	.balign 8
	.zero	8

	.section .note.GNU-stack, "", @progbits
	.section .note.GNU-split-stack, "", @progbits
	.section .note.GNU-no-split-stack, "", @progbits
