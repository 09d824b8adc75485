// context.c - arm64: from one form of the registers to another.
//
// built: unchecked
#include "runtime/base/str.h"
#include "runtime/os/os.h"
#include "unwind.h"

void sigpanic0(void); // signal.S

void printregisters(const Sigcontext *c)
{
	for (uint32_t i = 0; i < nelem(c->regs); i++) {
		if (i == LR)
			print("lr     ");
		else
			print("r%u%s", i, i < 10 ? "     " : "    ");
		print("0x%lx\n", c->regs[i]);
	}
	print("sp     0x%lx\npc     0x%lx\n", c->sp, c->pc);
	print("pstate 0x%lx\nfault  0x%lx\n", c->pstate, c->faultaddress);
}

void ctxpanic(Sigcontext *c, uintptr_t *frame, uintptr_t pc, uintptr_t sp, const char *text,
              uint32_t sig, uint32_t code, uintptr_t addr)
{
	// A frame record, with the pc as its return address, and what the traceback needs besides.
	*--frame = c->regs[LR];
	*--frame = sp;
	*--frame = pc;
	*--frame = c->regs[FP];
	c->regs[0] = (uintptr_t)text;
	c->regs[1] = sig;
	c->regs[2] = code;
	c->regs[3] = addr;
	c->regs[4] = c->pc;
	c->regs[FP] = c->sp = (uintptr_t)frame;
	ctxgoto(c, (uintptr_t)sigpanic0);
}

// Returns the bytes of records in the frame, with the end; 0: there are others elsewhere.
static uintptr_t recordsize(const Sigcontext *c)
{
	enum { Extra = 0x45585401, Header = 8 };
	uintptr_t n = 0;

	for (;;) {
		const uint32_t *record = (const uint32_t *)&c->records[n];

		if (record[0] == Extra || n + Header > sizeof c->records)
			return 0;
		if (record[0] == 0)
			return n + Header;
		n += record[1];
	}
}

bool cansaveregisters(const Sigcontext *c)
{
	return recordsize(c) != 0;
}

void saveregisters(AsyncState *a, const Sigcontext *c)
{
	const char *frame = (const char *)c - offsetof(Sigframe, ctx.mcontext);

	__builtin_memcpy(&a->frame, frame,
	                 offsetof(Sigframe, ctx.mcontext.records) + recordsize(c));
}

bool saveprologue(G *gp, const MoreFrame *f)
{
	(void)gp, (void)f;
	return false;
}
