// tls.S - the last words of the thread-local segment (linker.ld): g's slot at -8 from the
// thread pointer, and below it what asyncResume passes through (asm.h). The words above the
// thread pointer belong to the C library, if there is one.
#include "asm/amd64/asm.h"

	.section .tlsg, "awT", @nobits
	.balign 8
	.zero	24

	ENDFILE
