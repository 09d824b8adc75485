// deep_amd64.S - functions of a C library that are called on the segment, because a dense stack
// (dense.c) has no room for them, or should not keep the memory that they touch.
//
// rtcc has all calls of these come here, the library's own too: those in its list. Each begins as
// checked code does, and asks for more than a dense stack has above its guard. So the
// goroutine's own stack costs 4 KiB after them as well, and gives the segment back when the
// goroutine parks. Where there is no goroutine, they run where they are called.
//
// What they need, in bytes, painted and counted, with musl 1.2.3, 1.2.5 and 1.2.6. More than there
// is may be needed by the first four, and most of it by the fifth. tests/check/musl_depth.py
// fails if a version has a function that should be here.
//
//	glob		8,000, and 280 for each pattern in a path
//	nftw		5,000, and 280 for each folder in a path
//	regcomp		4,600, and 40 for each character of the expression
//	__lookup_name	5,000; since 1.2.5 29,000: getaddrinfo, gethostbyname
//	__res_send	4,000; since 1.2.5 19,000: getnameinfo
//	vfprintf	9,300 with a floating-point number
//	__floatscan	8,800: strtod, scanf
//	realpath	12,800
//
// An archive member, so that a program links the functions only if it calls them.
#include "asm/amd64/asm.h"

#define DEEP_ROOM 0x4000			// StackDense - DenseGuard
#define NO_YIELD (1 << 32)			// NoYieldShift in sched/morestack.c

// The library may hold a lock of its own, so its functions must not yield at a request. NO_YIELD
// tells newstack; a compiler's stub has the size of arguments in the lower half alone.
#define DEEP(name)									\
FUNC(__wrap_##name);									\
	leaq	-DEEP_ROOM(%rsp), %r11;							\
	cmpq	TLS_GUARD, %r11;							\
	jae	1f;									\
	movl	$DEEP_ROOM, %r10d;							\
	movabsq	$NO_YIELD, %r11;							\
	call	__morestack;								\
	ret;										\
1:	jmp	__real_##name;								\
END(__wrap_##name)

DEEP(glob)
DEEP(nftw)
DEEP(regcomp)
DEEP(__lookup_name)
DEEP(__res_send)
DEEP(vfprintf)
DEEP(__floatscan)
DEEP(realpath)

	ENDFILE
