// tls.S - the last words of the thread-local segment (linker.ld): g's slot at -8 from the
// thread pointer, and below it what asyncResume passes through (asm.h). The words above the
// thread pointer belong to the C library, if there is one.
#include "asm/amd64/asm.h"

#ifdef RT0_HOSTED
	.section .tbss, "awT", @nobits
	.balign 8
	.zero	16
	.globl	__rt0_g
	.type	__rt0_g, @object
	.size	__rt0_g, 8
__rt0_g:
	.zero	8
#else
	.section .tlsg, "awT", @nobits
	.balign 8
	.zero	24
#endif

	ENDFILE
