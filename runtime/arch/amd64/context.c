// context.c - amd64: from one form of the registers to another.
//
// built: unchecked
#include "runtime/base/getg.h"
#include "runtime/os/os.h"
#include "unwind.h"

void asyncResume(void); // preempt.S
void sigpanic0(void);   // signal.S

void printregisters(const Sigcontext *c)
{
#define AT(field) offsetof(Sigcontext, field)
	static const struct {
		char name[8];
		uint8_t offset;
	} regs[] = {
		{ "rax    ", AT(rax) }, { "rbx    ", AT(rbx) }, { "rcx    ", AT(rcx) },
		{ "rdx    ", AT(rdx) }, { "rdi    ", AT(rdi) }, { "rsi    ", AT(rsi) },
		{ "rbp    ", AT(rbp) }, { "rsp    ", AT(rsp) }, { "r8     ", AT(r8) },
		{ "r9     ", AT(r9) }, { "r10    ", AT(r10) }, { "r11    ", AT(r11) },
		{ "r12    ", AT(r12) }, { "r13    ", AT(r13) }, { "r14    ", AT(r14) },
		{ "r15    ", AT(r15) }, { "rip    ", AT(rip) }, { "rflags ", AT(eflags) },
		{ "cs     ", AT(cs) }, { "fs     ", AT(fs) }, { "gs     ", AT(gs) },
	};

	for (uint32_t i = 0; i < nelem(regs); i++) {
		const void *reg = (const char *)c + regs[i].offset;

		print("%s0x%lx\n", regs[i].name,
		      regs[i].offset < AT(cs) ? *(const uint64_t *)reg
		                              : *(const uint16_t *)reg);
	}
}

void ctxpanic(Sigcontext *c, uintptr_t *frame, uintptr_t pc, uintptr_t sp, const char *text,
              uint32_t sig, uint32_t code, uintptr_t addr)
{
	xsaveinit(); // sigpanic0 asks which vector registers there are
	*--frame = 0;
	*--frame = sp;
	*--frame = pc;
	c->rdi = (uintptr_t)text;
	c->rsi = sig;
	c->rdx = code;
	c->rcx = addr;
	c->r8 = c->rip;
	c->rsp = (uintptr_t)frame;
	ctxgoto(c, (uintptr_t)sigpanic0);
}

void saveregisters(AsyncState *a, const Sigcontext *c)
{
	a->r15 = c->r15, a->r14 = c->r14, a->r13 = c->r13, a->r12 = c->r12;
	a->r11 = c->r11, a->r10 = c->r10, a->r9 = c->r9, a->r8 = c->r8;
	a->rbp = c->rbp, a->rdi = c->rdi, a->rsi = c->rsi, a->rdx = c->rdx;
	a->rcx = c->rcx, a->rbx = c->rbx, a->rax = c->rax;
	a->rsp = c->rsp, a->rip = c->rip, a->eflags = c->eflags;
}

bool saveprologue(G *gp, const MoreFrame *f)
{
	enum { EflagsUsual = 0x202 };
	AsyncState *a = gp->asyncState;
	const uintptr_t *fp = f->fp;
	uintptr_t call = stubcall((const uint8_t *)fp[1]);

	xsavestate(a); // nobody has touched the vector registers
	a->eflags = EflagsUsual;
	a->r15 = f->r15, a->r14 = f->r14, a->r13 = f->r13, a->r12 = f->r12;
	a->r11 = f->argsize, a->r10 = f->framesize, a->r9 = f->r9, a->r8 = f->r8;
	a->rbp = fp[0], a->rdi = f->rdi, a->rsi = f->rsi, a->rdx = fp[-2];
	a->rcx = f->rcx, a->rbx = f->rbx, a->rax = fp[-1];
	a->rsp = (uintptr_t)&fp[2], a->rip = fp[1] - call;
	if (call == CallR11Size) { // as __morestack_large_model found them
		a->r10 |= a->r11 << 32;
		a->r11 = (uintptr_t)__morestack_large_model;
	}
	gp->sched.pc = (uintptr_t)asyncResume;
	gp->sched.sp = a->rsp;
	gp->sched.bp = a->rbp;
	gp->sched.g = gp;
	return call != 0;
}
