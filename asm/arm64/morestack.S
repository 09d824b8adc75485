// morestack.S - what sched/morestack.c names, for functions that ask for stack. No function does:
// no compiler makes them check.
#include "asm/arm64/asm.h"

// Never reached: no function's return address was replaced by it.
FUNC(allocreturn)
	brk	#0
END(allocreturn)

	ENDFILE
