// thread.S - beginning and ending a thread.
//
// The twin of asm/amd64/thread.S.
#include "asm/arm64/asm.h"

// int64 clone(int32 flags, void *stk, M *mp, G *gp, void (*fn)(void))
//	in:  w0 flags, x1 stk (16-byte aligned), x2 mp, x3 gp = mp->g0, x4 fn
//	out: x0 = thread id, or -errno
// The child runs fn on stk with its own thread pointer and g = gp.
FUNC(clone)
	mov	x9, x2				// mp; all registers but x0 survive the call
	mov	x10, x3				// gp
	mov	x11, x4				// fn
	mov	x2, xzr				// parent's tid
	mov	x3, xzr				// thread pointer: set by settls
	mov	x4, xzr				// child's tid
	mov	x8, #SYS_CLONE
	svc	#0
	cbz	x0, .Lchild
	ret

.Lchild:
	.cfi_undefined x30
	mov	x29, xzr
	mov	x8, #SYS_GETTID
	svc	#0
	str	x0, [x9, #m_procid]
	ldr	x0, [x9, #m_tls]
	bl	settls
	str	x9, [x10, #g_m]			// gp->m = mp
	SETG	x10, x0
	bl	stackcheck
	blr	x11
	mov	x0, #111			// fn returned: it must not
1:	mov	x8, #SYS_EXIT			// this thread only
	svc	#0
	b	1b
END(clone)

// Stops here unless sp is on g's stack.
FUNC(stackcheck)
	GETG	x0
	mov	x1, sp
	ldr	x2, [x0, #g_stack_hi]
	cmp	x1, x2
	b.ls	1f				// the stack is empty as yet
	brk	#0
1:	ldr	x2, [x0, #g_stack_lo]
	cmp	x1, x2
	b.hi	2f
	brk	#0
2:	ret
END(stackcheck)

// void exitThread(uint32 *wait)
// Ends this thread. After *wait = 0 its stack may belong to someone else, so nothing
// is pushed from there on; signals are blocked.
FUNC(exitThread)
	stlr	wzr, [x0]			// pairs with reapms: what was done here is over
	mov	x0, xzr
	mov	x8, #SYS_EXIT
	svc	#0
	brk	#0
1:	b	1b
END(exitThread)

	ENDFILE
