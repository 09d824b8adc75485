// process.S - a new process, which shares this one's memory until it executes a program.
#include "asm/arm64/asm.h"

// int64 clonechild(int64 nr, uint64 a, uint64 b, uint64 c)
//	in:  x0 the number of clone or clone3, x1, x2, x3 its first arguments
//	out: x0 = process id, or -errno
// The child takes two words off the stack that the arguments name, a function and its argument,
// and calls the function, which must not return.
FUNC(clonechild)
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, xzr
	mov	x4, xzr
	svc	#0
	cbz	x0, .Lchild
	ret

.Lchild:
	.cfi_undefined x30
	mov	x29, xzr
	ldp	x1, x0, [sp], #16
	blr	x1
	brk	#0
END(clonechild)

	ENDFILE
