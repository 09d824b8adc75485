// context.h - arm64: the registers, as the kernel keeps them in a signal's frame and a
// preemption beside the goroutine.
#ifndef RT0_ARCH_CONTEXT_H
#define RT0_ARCH_CONTEXT_H

#include "runtime/runtime.h"

enum {
	RedZone = 0, // what a function may use below its stack pointer
	FP = 29, LR = 30, // in regs
	PstateBtype = 3 << 10, // what a branch by a register must reach
	// A handler of the program's may use up the signal stack: no prologue sees it, and it touches the
	// guard below. The kernel puts the frame of that signal below the stack pointer, where it has no
	// room. But if the stack pointer is outside of the stack that the kernel knows, it puts the frame
	// at the stack's top, over the frames there. So the kernel is not told of the stack's lowest
	// SignalTail bytes and a frame, and handlers run SignalGap bytes below the first signal's frame,
	// so that what a report needs is not written over.
	SignalTail = 8 << 10,
	SignalGap = 16 << 10,
};

// ---- a signal's frame ---------------------------------------------------------------

// The kernel's sigcontext. Its records begin with a magic number and their size, the last one
// with two zeros.
typedef struct {
	uint64_t faultaddress;
	uint64_t regs[31];
	uint64_t sp, pc, pstate;
	uint8_t records[4096] __attribute__((aligned(16))); // the vector state and more
} Sigcontext;

typedef struct {
	uint64_t flags;
	void *link;
	Sigaltstack stack;
	Sigset sigmask;
	uint8_t unused[128 - sizeof(Sigset)];
	Sigcontext mcontext;
} Ucontext;
_Static_assert(offsetof(Ucontext, mcontext) == 176 && sizeof(Ucontext) == 4560, "the kernel's");

// In a Handling, because the frame may be written over: where gp was.
#define HANDLINGENDS uintptr_t pc, sp, bp, lr;
#define KEEPHANDLED(h, c) \
	((h)->pc = (c)->pc, (h)->sp = (c)->sp, (h)->bp = (c)->regs[FP], (h)->lr = (c)->regs[LR])
#define ISHANDLED(h, c) ((h)->sp == (c)->sp)
#define HANDLEDAT(h) \
	((Halted){ .g = (h)->gp, .pc = (h)->pc, .sp = (h)->sp, .bp = (h)->bp, .link = { &(h)->lr } })

// What is at the handler's stack pointer.
typedef struct {
	Siginfo info;
	Ucontext ctx;
} Sigframe;
_Static_assert(offsetof(Sigframe, ctx) == 128, "the kernel's");

#define ctxpc(c) ((c)->pc)
#define ctxsp(c) ((c)->sp)
#define ctxbp(c) ((c)->regs[FP])
#define ctxlink(c) ((Link){ &(c)->regs[LR] })

// Makes the interrupted code continue at pc, as a function that the ABI allows to begin.
ALWAYS_INLINE void ctxgoto(Sigcontext *c, uintptr_t pc)
{
	c->pc = pc;
	c->pstate &= ~(uint64_t)PstateBtype;
}

// Returns where a function that has made no frame yet would return to; *sp becomes the stack
// pointer there.
ALWAYS_INLINE uintptr_t ctxcaller(const Sigcontext *c, uintptr_t *sp)
{
	*sp = c->sp;
	return c->regs[LR];
}

// The code at pc, with the stack pointer sp, continues in sigpanic0(text, sig, code, addr, where
// it was interrupted), as if it had called that. frame is below all that is in use.
void ctxpanic(Sigcontext *c, uintptr_t *frame, uintptr_t pc, uintptr_t sp, const char *text,
              uint32_t sig, uint32_t code, uintptr_t addr);
void printregisters(const Sigcontext *c);

// Is a system call the next instruction? It is, too, after the kernel has ended one because of
// the signal and will begin it again.
ALWAYS_INLINE bool ctxatsyscall(const Sigcontext *c)
{
	enum { Svc = 0xd4000001 };

	return *(const uint32_t *)c->pc == Svc;
}

// That system call is not made, and has this result.
ALWAYS_INLINE void ctxendsyscall(Sigcontext *c, int64_t result)
{
	c->pc += sizeof(uint32_t);
	c->regs[0] = (uint64_t)result;
}

// ---- a preemption at any instruction ------------------------------------------------

// What an asynchronous preemption takes off the processor: a copy of the kernel's frame, which
// has all of it, whatever vectors there are. The goroutine continues by the return from that
// signal (preempt.S). Records that have no room in the frame, as long vectors, are right behind it.
struct AsyncState {
	union {
		Sigframe frame;
		AsyncState *next; // of the free ones
	};
};

// Returns the bytes of an AsyncState with those records, as this processor may need them.
uintptr_t asyncroom(void);
// Returns the bytes of *a that have registers.
uintptr_t asyncused(AsyncState *a);

#define asyncpc(a) ctxpc(&(a)->frame.ctx.mcontext)
#define asyncsp(a) ctxsp(&(a)->frame.ctx.mcontext)
#define asyncbp(a) ctxbp(&(a)->frame.ctx.mcontext)
#define asynclink(a) ctxlink(&(a)->frame.ctx.mcontext)

// Makes ready for the first AsyncState.
ALWAYS_INLINE void asyncinit(void)
{
}

// Has an AsyncState room for the registers? Always, except with the largest matrices of SME.
bool cansaveregisters(const Sigcontext *c);
// Keeps the registers of *c in *a.
void saveregisters(AsyncState *a, const Sigcontext *c);

// ---- a function that asks for stack -------------------------------------------------

// No function asks; sched/morestack.c is written for those that do.
struct MoreFrame {
	G *g;
	uintptr_t framesize, argsize;
	uintptr_t *fp;
};

// Returns false: no stub called.
bool saveprologue(G *gp, const MoreFrame *f);

#endif
