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

uintptr_t asyncroom(void)
{
	// The vectors and predicates of SVE have at most 8,736 bytes.
	enum { Most = sizeof(AsyncState) + (8 << 10) };

	return min(max(alignup(auxvMinSigStkSz, 16), sizeof(AsyncState)), (uintptr_t)Most);
}

// The record that says where there are more.
typedef struct {
	uint32_t magic, length;
	uintptr_t data; // right behind the record and the two zeros that end the first ones
	uint32_t size;
} Extra;

// Returns it, or NULL; *n becomes the bytes of the records before it, and with the end if there is none.
static Extra *findextra(Sigcontext *c, uintptr_t *n)
{
	enum { Magic = 0x45585401, Header = 8 };

	for (*n = 0;; ) {
		Extra *record = (Extra *)&c->records[*n];

		if (record->magic == Magic)
			return record;
		if (record->magic == 0) {
			*n += Header;
			return NULL;
		}
		*n += record->length;
	}
}

// Returns the bytes of the signal's frame, which begins at frame.
static uintptr_t framesize(Sigframe *frame)
{
	uintptr_t n;
	const Extra *extra = findextra(&frame->ctx.mcontext, &n);

	if (extra)
		return extra->data + extra->size - (uintptr_t)frame;
	return offsetof(Sigframe, ctx.mcontext.records) + n;
}

static Sigframe *frameof(const Sigcontext *c)
{
	return (Sigframe *)((uintptr_t)c - offsetof(Sigframe, ctx.mcontext));
}

bool cansaveregisters(const Sigcontext *c)
{
	return framesize(frameof(c)) <= asyncroom();
}

uintptr_t asyncused(AsyncState *a)
{
	return framesize(&a->frame);
}

void saveregisters(AsyncState *a, const Sigcontext *c)
{
	Sigframe *frame = frameof(c);
	uintptr_t n;
	Extra *extra;

	__builtin_memcpy(&a->frame, frame, framesize(frame));
	extra = findextra(&a->frame.ctx.mcontext, &n);
	if (extra)
		extra->data += (uintptr_t)&a->frame - (uintptr_t)frame;
}

bool saveprologue(G *gp, const MoreFrame *f)
{
	(void)gp, (void)f;
	return false;
}
