// memory.S - the memory functions that compilers call by themselves. Weak: a program or a
// C library may bring its own.
//
// Sizes up to 32 bytes are copied by overlapping loads and stores, all loads first, so that
// this code serves memmove too. Beyond that the tail is loaded first, and the rest goes 32 bytes
// at a time.
#include "asm/arm64/asm.h"

#undef FUNC
#define FUNC(name)                                                                     \
	.section .text.name, "ax", @progbits;                                          \
	.weak name;                                                                    \
	.type name, @function;                                                         \
	.p2align 4;                                                                    \
	name:                                                                          \
	.cfi_startproc

// void *memmove(void *dst, const void *src, size_t n): the two may overlap.
// memcpy is another name of it: no slower, and never wrong.
	.section .text.memmove, "ax", @progbits
	.weak memcpy
	.type memcpy, @function
	.weak memmove
	.type memmove, @function
	.p2align 4
memcpy:
memmove:
	.cfi_startproc
	add	x3, x1, x2			// the ends
	add	x4, x0, x2
	cmp	x2, #16
	b.hi	.Lover16
	cmp	x2, #8
	b.hs	.L8to16
	tbnz	w2, #2, .L4to7
	cbz	x2, 1f
	lsr	x5, x2, #1			// 1 to 3: first, middle, last
	ldrb	w6, [x1]
	ldrb	w7, [x1, x5]
	ldrb	w8, [x3, #-1]
	strb	w6, [x0]
	strb	w7, [x0, x5]
	strb	w8, [x4, #-1]
1:	ret
.L4to7:
	ldr	w6, [x1]
	ldr	w7, [x3, #-4]
	str	w6, [x0]
	str	w7, [x4, #-4]
	ret
.L8to16:
	ldr	x6, [x1]
	ldr	x7, [x3, #-8]
	str	x6, [x0]
	str	x7, [x4, #-8]
	ret

.Lover16:
	cmp	x2, #32
	b.hi	.Lover32
	ldp	x6, x7, [x1]
	ldp	x8, x9, [x3, #-16]
	stp	x6, x7, [x0]
	stp	x8, x9, [x4, #-16]
	ret

.Lover32:
	// Backward when dst starts inside [src, src+n).
	sub	x5, x0, x1
	cmp	x5, x2
	b.lo	.Lbackward
	ldp	x10, x11, [x3, #-32]		// the tail, before it is overwritten
	ldp	x12, x13, [x3, #-16]
	mov	x5, x0
2:	ldp	x6, x7, [x1]
	ldp	x8, x9, [x1, #16]
	stp	x6, x7, [x5]
	stp	x8, x9, [x5, #16]
	add	x1, x1, #32
	add	x5, x5, #32
	sub	x2, x2, #32
	cmp	x2, #32
	b.hi	2b
	stp	x10, x11, [x4, #-32]
	stp	x12, x13, [x4, #-16]
	ret

.Lbackward:
	cbz	x5, 1b				// dst == src
	ldp	x10, x11, [x1]			// the head, before it is overwritten
	ldp	x12, x13, [x1, #16]
3:	ldp	x6, x7, [x3, #-16]
	ldp	x8, x9, [x3, #-32]
	stp	x6, x7, [x4, #-16]
	stp	x8, x9, [x4, #-32]
	sub	x3, x3, #32
	sub	x4, x4, #32
	sub	x2, x2, #32
	cmp	x2, #32
	b.hi	3b
	stp	x10, x11, [x0]
	stp	x12, x13, [x0, #16]
	ret
	.cfi_endproc
	.size memcpy, . - memcpy
	.size memmove, . - memmove

// void *memset(void *dst, int c, size_t n)
FUNC(memset)
	and	x1, x1, #0xff
	mov	x3, #0x0101010101010101
	mul	x1, x1, x3			// c in all eight bytes
	add	x4, x0, x2			// the end
	cmp	x2, #16
	b.hi	.Lset16
	cmp	x2, #8
	b.hs	.Lset8to16
	tbnz	w2, #2, .Lset4to7
	cbz	x2, 1f
	lsr	x5, x2, #1
	strb	w1, [x0]
	strb	w1, [x0, x5]
	strb	w1, [x4, #-1]
1:	ret
.Lset4to7:
	str	w1, [x0]
	str	w1, [x4, #-4]
	ret
.Lset8to16:
	str	x1, [x0]
	str	x1, [x4, #-8]
	ret
.Lset16:
	stp	x1, x1, [x4, #-16]
	mov	x5, x0
2:	stp	x1, x1, [x5], #16
	sub	x2, x2, #16
	cmp	x2, #16
	b.hi	2b
	ret
END(memset)

// int memcmp(const void *a, const void *b, size_t n)
FUNC(memcmp)
1:	cmp	x2, #8
	b.lo	2f
	ldr	x3, [x0], #8
	ldr	x4, [x1], #8
	sub	x2, x2, #8
	cmp	x3, x4
	b.eq	1b
	rev	x3, x3				// the first byte that differs decides
	rev	x4, x4
	cmp	x3, x4
	cset	w0, hi
	csinv	w0, w0, wzr, hs
	ret
2:	cbz	x2, 3f				// byte by byte: the last 7
	ldrb	w3, [x0], #1
	ldrb	w4, [x1], #1
	sub	x2, x2, #1
	subs	w3, w3, w4
	b.eq	2b
	mov	w0, w3
	ret
3:	mov	w0, wzr
	ret
END(memcmp)

	ENDFILE
