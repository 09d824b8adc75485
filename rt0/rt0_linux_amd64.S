// rt0_linux_amd64.S - the ELF entry. The kernel jumps here with
//
//	0(%rsp)      argc
//	8(%rsp) ...  argv, NULL, envp, NULL, auxv
//
// and every other register without meaning.
#include "asm/amd64/asm.h"

FUNC(_rt0_amd64_linux)
	.cfi_undefined rip			// nobody called us
	ENDBR
#ifdef RT0_PIE
	call	relocate			// no pointer in memory is right before
#endif
	jmp	_rt0_amd64
END(_rt0_amd64_linux)

	ENDFILE
