// unwind.c - arm64: reads the instructions around a pc.
//
// A function's prologue stores the caller's frame pointer and the link register, and then makes
// the frame pointer point to both:
//
//	stp x29, x30, [sp, #-48]!	(or: sub sp, sp, #48; stp x29, x30, [sp, #16])
//	mov x29, sp			(or: add x29, sp, #16)
//
// The epilogue loads both again: ldp x29, x30, [sp], #48; ret. Up to the mov and from the ldp on,
// the link register has the return address and the frame pointer is the caller's.
//
// built: unchecked
#include "unwind.h"

#include "runtime/panic/panic.h"
#include "runtime/sched/switch.h"

extern const char __text_start[], __text_end[]; // linker.ld

bool aftercall(uintptr_t pc)
{
	enum { BlMask = 0xfc000000, Bl = 0x94000000, BlrMask = 0xfffffc1f, Blr = 0xd63f0000 };
	uint32_t op;

	if (pc <= (uintptr_t)__text_start || pc > (uintptr_t)__text_end || pc % PCQuantum != 0)
		return false;
	op = ((const uint32_t *)pc)[-1];
	return (op & BlMask) == Bl || (op & BlrMask) == Blr;
}

// Is op "add x29, sp, #n", of which "mov x29, sp" is one?
static bool setsfp(uint32_t op)
{
	enum { Mask = 0xffc003ff, AddFpSp = 0x910003fd };

	return (op & Mask) == AddFpSp;
}

// Is op "ldp x29, x30, [sp, #n]", or with "[sp], #n"?
static bool loadsfp(uint32_t op)
{
	enum { Mask = 0xffc07fff, Offset = 0xa9407bfd, PostIndex = 0xa8c07bfd };

	return (op & Mask) == Offset || (op & Mask) == PostIndex;
}

// Does op go elsewhere: a branch of any kind, a call, a return?
static bool branches(uint32_t op)
{
	return (op & 0x7c000000) == 0x14000000 || (op & 0xff000000) == 0x54000000 || // b, bl; b.cond
	       (op & 0x7c000000) == 0x34000000 || (op & 0xfe000000) == 0xd6000000;   // cbz, tbz; br, ret
}

// Has the function that pc is in a frame at pc?
static bool hasframe(uintptr_t pc)
{
	enum { Ret = 0xd65f03c0, Epilogue = 8 }; // instructions looked at
	uintptr_t p = 0;
	bool made = false;

	if (!funcname(pc, &p))
		return true;
	for (; p < pc; p += PCQuantum)
		made |= setsfp(*(const uint32_t *)p);
	if (!made)
		return false;
	// The compiler may put the last of the function's work behind the load.
	p = pc;
	for (int32_t i = 0; i < Epilogue; i++) {
		uint32_t op;

		p -= PCQuantum;
		op = *(const uint32_t *)p;
		if (loadsfp(op))
			return false;
		if (setsfp(op) || branches(op))
			break;
	}
	return *(const uint32_t *)pc != Ret;
}

const uintptr_t *framelessreturn(const G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp, Link link)
{
	const uintptr_t *slot = link.lr;

	(void)bp;
	if (pc % PCQuantum != 0 || !intext(pc))
		return NULL;
	if (!slot) { // it has not begun, or is away: the link register is below its sp
		if (pc != gp->startpc && pc != (uintptr_t)systemstack_switch)
			return NULL;
		slot = (const uintptr_t *)sp + LinkSlot;
	}
	return !hasframe(pc) && intext(*slot) ? slot : NULL;
}
