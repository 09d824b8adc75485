// rt0_linux_arm64.S - the ELF entry. The kernel jumps here with
//
//	0(sp)      argc
//	8(sp) ...  argv, NULL, envp, NULL, auxv
//
// and every other register without meaning.
#include "asm/arm64/asm.h"

FUNC(_rt0_arm64_linux)
	.cfi_undefined x30			// nobody called us
	mov	x29, xzr
#ifdef RT0_PIE
	bl	relocate			// no pointer in memory is right before
#endif
	ldr	x0, [sp]			// argc
	add	x1, sp, #8			// argv
	b	rt0_go
END(_rt0_arm64_linux)

	ENDFILE
