// unwind.c - amd64: reads the instructions around a pc.
//
// built: unchecked
#include "unwind.h"

#include "runtime/panic/panic.h"
#include "runtime/sched/morestack.h"

enum { RetSize = 1 }; // bytes

extern const char __text_start[], __text_end[]; // linker.ld

bool aftercall(uintptr_t pc)
{
	enum { Direct = 0xe8, Indirect = 0xff, ShortestIndirect = 2, LongestIndirect = 7,
	       Extension = 7 << 3, CallExtension = 2 << 3 };
	const uint8_t *p = (const uint8_t *)pc;

	if (pc < (uintptr_t)__text_start + LongestIndirect || pc > (uintptr_t)__text_end)
		return false;
	if (p[-CallSize] == Direct)
		return true;
	for (int32_t n = ShortestIndirect; n <= LongestIndirect; n++) {
		if (p[-n] == Indirect && (p[1 - n] & Extension) == CallExtension)
			return true;
	}
	return false;
}

// Is there a stub's call at p?
static bool callsmorestack(const uint8_t *p)
{
	enum { Call = 0xe8, CallR11Ret = 0xc3d3ff41 };
	uintptr_t to = (uintptr_t)p + CallSize + (uintptr_t)*(const int32_t *)(p + 1);

	if (*(const uint32_t *)p == CallR11Ret) // -mcmodel=large; nothing else returns right there
		return true;
	return *p == Call && (to == (uintptr_t)__morestack || to == (uintptr_t)__morestack_non_split);
}

uintptr_t stubcall(const uint8_t *ret)
{
	if (callsmorestack(ret - CallSize))
		return CallSize;
	return callsmorestack(ret - CallR11Size) ? CallR11Size : 0;
}

// Is pc in a prologue's stub (morestack.S)? Up to its call; or behind its ret.
static bool instub(const uint8_t *pc)
{
	enum { Call = 0xe8, MovR10 = 0xba41, MovR11 = 0xbb41, XorR11 = 0x3145 };
	enum { MovabsR10 = 0xba49, MovabsR11 = 0xbb49, CallR11 = 0xff41 };
	enum { Moves = 20 }; // bytes
	uint16_t op = *(const uint16_t *)pc;

	if (stubcall(pc - RetSize))
		return true;
	if (*pc != Call && op != MovR10 && op != MovR11 && op != XorR11 && op != MovabsR10 &&
	    op != MovabsR11 && op != CallR11)
		return false;
	for (const uint8_t *p = pc; p <= pc + Moves; p++) {
		if (callsmorestack(p))
			return true;
	}
	return false;
}

// Does the function that pc is in make its frame before pc?
static bool framemade(uintptr_t pc)
{
	enum { MovRspRbp = 0xe58948 };
	uintptr_t p = 0;

	if (!funcname(pc, &p))
		return true;
	for (; p < pc; p++) {
		if ((*(const uint32_t *)p & 0xffffff) == MovRspRbp)
			return true;
	}
	return false;
}

// A frame is being made while the word at sp is bp: "push %rbp" has been, its "mov" has not.
// It is gone when the word below sp is bp: "pop %rbp" or "leave" has been, and nothing pushed
// since.
const uintptr_t *framelessreturn(const G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp, Link link)
{
	enum { Ret = 0xc3, Around = 32 }; // bytes looked at, at most
	const uintptr_t *slot = (const uintptr_t *)sp;
	const uint8_t *code = (const uint8_t *)pc;

	(void)link;
	if (!intext(pc + Around) || !readable(gp, sp - PtrSize, 2))
		return NULL;
	if (!framemade(pc))
		slot += slot[0] == bp;
	else if (slot[-1] != bp && *code != Ret && !inmorestack(returnaddress(gp, slot)) &&
	         !instub(code))
		return NULL;
	return readable(gp, (uintptr_t)slot, 1) && intext(returnaddress(gp, slot)) ? slot : NULL;
}

