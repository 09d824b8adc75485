// context.h - amd64: the registers, as the kernel keeps them in a signal's frame, a preemption
// beside the goroutine, and __morestack on g0's stack.
#ifndef RT0_ARCH_CONTEXT_H
#define RT0_ARCH_CONTEXT_H

#include "runtime/runtime.h"

enum {
	RedZone = 128, // what a function may use below its stack pointer
	EflagsTF = 0x100, EflagsDF = 0x400, EflagsAC = 0x40000,
	SignalTail = 0, SignalGap = 0, // prologues see that a handler's stack is full
};

// ---- a signal's frame ---------------------------------------------------------------

// The general registers in the order of the kernel's sigcontext.
typedef struct {
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trapno, oldmask, cr2;
	void *fpstate;
	uint64_t reserved[8];
} Sigcontext;

typedef struct {
	uint64_t flags;
	void *link;
	Sigaltstack stack;
	Sigcontext mcontext;
	Sigset sigmask;
} Ucontext;

#define ctxpc(c) ((c)->rip)
#define ctxsp(c) ((c)->rsp)
#define ctxbp(c) ((c)->rbp)
#define ctxlink(c) ((Link){ })

// In a Handling: where gp was is in the kernel's frame alone.
#define HANDLINGENDS
#define KEEPHANDLED(h, c) ((void)(c))
#define ISHANDLED(h, c) true
#define HANDLEDAT(h) ((Halted)HALTEDAT((h)->gp, &(h)->ctx->mcontext))

// Makes the interrupted code continue at pc, as a function that the ABI allows to begin.
ALWAYS_INLINE void ctxgoto(Sigcontext *c, uintptr_t pc)
{
	c->rip = pc;
	c->eflags &= ~(uint64_t)(EflagsTF | EflagsDF | EflagsAC);
}

// Returns where a function that has made no frame yet would return to; *sp becomes the stack
// pointer there.
ALWAYS_INLINE uintptr_t ctxcaller(const Sigcontext *c, uintptr_t *sp)
{
	*sp = c->rsp + PtrSize;
	return *(const uintptr_t *)c->rsp;
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
	enum { Syscall = 0x050f };

	return *(const uint16_t *)c->rip == Syscall;
}

// That system call is not made, and has this result.
ALWAYS_INLINE void ctxendsyscall(Sigcontext *c, int64_t result)
{
	c->rip += sizeof(uint16_t);
	c->rax = (uint64_t)result;
}

// ---- a preemption at any instruction ------------------------------------------------

// What an asynchronous preemption takes off the processor: the general registers by the
// signal handler, the vector state by asyncPreempt. Nothing goes to the goroutine's stack.
// The registers are in the order in which asyncResume pops them.
struct AsyncState {
	union {
		uint64_t eflags;
		AsyncState *next; // of the free ones
	};
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t rsp, rip;
	// XSAVE's area, for x87, SSE, AVX and AVX-512 in either format.
	uint8_t xsave[2688] __attribute__((aligned(64)));
};

#define asyncpc(a) ((a)->rip)
#define asyncsp(a) ((a)->rsp)
#define asyncbp(a) ((a)->rbp)
#define asynclink(a) ((Link){ })

// For asm.h, known after xsaveinit: 0 FXSAVE, 1 XSAVE, 2 XSAVEC; the parts of the state
// to save.
extern uint32_t xsaveKind, xsaveMask;
enum { XsaveAVX = 4 };
void xsaveinit(void);
void xsavestate(AsyncState *a); // morestack.S

// Makes ready for the first AsyncState.
ALWAYS_INLINE void asyncinit(void)
{
	xsaveinit();
}

// Has an AsyncState room for the registers?
ALWAYS_INLINE bool cansaveregisters(const Sigcontext *c)
{
	(void)c;
	return true;
}

// Returns the bytes of an AsyncState.
ALWAYS_INLINE uintptr_t asyncroom(void)
{
	return sizeof(AsyncState);
}

// Returns the bytes of *a that have registers.
ALWAYS_INLINE uintptr_t asyncused(const AsyncState *a)
{
	return sizeof *a;
}

// Keeps the registers of *c in *a, except those that asyncPreempt saves.
void saveregisters(AsyncState *a, const Sigcontext *c);

// ---- a function that asks for stack -------------------------------------------------

// What __morestack leaves on g0's stack for newstack: the registers of the function that
// asked, at its first instruction.
struct MoreFrame {
	G *g;
	uintptr_t framesize, argsize;
	uintptr_t *fp; // of __morestack: caller's rbp, stub's ret, return address, arguments
	uintptr_t rbx, rcx, rsi, rdi, r8, r9, r12, r13, r14, r15;
	uint8_t xmm[8][16];
};

// Makes gp ask again when it continues, with its registers at that moment, the vector
// arguments among them: as if it had been preempted by a signal at the stub's call. It may
// have no segment then. Returns false if no stub called.
bool saveprologue(G *gp, const MoreFrame *f);

#endif
