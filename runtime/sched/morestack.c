// morestack.c - a goroutine's two stacks: the small one it starts on, and the segment.
//
// A goroutine starts on a pooled stack of 2 KiB. The first function whose frame does not fit
// is called on a segment: 64 MiB of address space, committed as it is touched, guarded below.
// When it returns, the goroutine is back on the small stack. A parked goroutine whose stack
// pointer is on the small stack gives its segment back, and costs 2 KiB again.
//
//	guard in force             ==  stack.lo + BaseGuard     on the small stack
//	                               segguard                 on the segment
//	                               StackPreempt             on either: yield, please
//	fastguard  ==  stack.lo + BaseGuard while a segment is attached, else NoGuard
//
// While a function that rt_cgocall runs is its goroutine, it has that stack instead (cgocall.c).
//
// In a program with unchecked code (objects of other compilers) every goroutine starts on a
// segment, which is then its only stack. If only a C library does not check, its small stack
// is a dense one (cgo/dense.c).
//
// built: unchecked libc
#include "runtime/base/guard.h"
#include "runtime/base/race.h"
#include "runtime/base/replay.h"
#include "runtime/die/die.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/switch.h"

// ---- segments ------------------------------------------------------------------------

// Does gp have a segment for its stack, and nothing else?
static bool onlysegment(const G *gp)
{
	return gp->stack.lo == gp->segment.lo;
}

// Is sp on the small stack?
bool onbase(const G *gp, uintptr_t sp)
{
	return sp >= gp->stack.lo && sp <= gp->stack.hi && !onlysegment(gp);
}

// Is sp on one of gp's stacks?
bool onstacks(const G *gp, uintptr_t sp)
{
	return (sp >= gp->stack.lo && sp <= gp->stack.hi) ||
	       (sp >= gp->segment.lo && sp <= gp->segment.hi);
}

uintptr_t guardfor(const G *gp, uintptr_t sp)
{
	return onbase(gp, sp) ? gp->stack.lo + BaseGuard : gp->segguard;
}

static Stack takesegment(P *pp)
{
	if (pp && pp->nsegcache > 0)
		return pp->segcache[--pp->nsegcache];
	return stackalloc(StackSegment);
}

static void putsegment(P *pp, Stack stk)
{
	if (pp && pp->nsegcache < SegCacheSize)
		pp->segcache[pp->nsegcache++] = stk;
	else
		stackfree(stk);
}

// The program's limit may be below what a segment holds.
static uintptr_t segmentguard(Stack stk)
{
	uintptr_t lo = stk.lo;

	if (maxstacksize != 0 && maxstacksize < stk.hi - stk.lo)
		lo = stk.hi - maxstacksize;
	return lo + StackGuard;
}

static void attachsegment(G *gp)
{
	gp->segment = takesegment(getg()->m->p);
	if (RACING)
		raceclear(gp->segment.lo, gp->segment.hi - gp->segment.lo);
	gp->segguard = segmentguard(gp->segment);
	gp->fastguard = gp->stack.lo + BaseGuard;
}

static void detach(G *gp)
{
	putsegment(getg()->m->p, gp->segment);
	gp->segment = (Stack){ 0 };
	gp->fastguard = NoGuard;
}

// Gives gp, which is new, a segment as its only stack.
void startonsegment(G *gp)
{
	gp->segment = gp->stack;
	gp->segguard = segmentguard(gp->segment);
}

// Has a's function returned? gp's stack pointer is sp. A function that realigns its stack
// has a copy of its return address where allocreturn is put, and returns past it; that a
// deeper one has returned is not seen at first.
static bool returned(const G *gp, const AllocRecord *a, uintptr_t sp)
{
	uintptr_t slot = (uintptr_t)a->slot;

	return onbase(gp, slot) == onbase(gp, sp) ? slot < sp : onbase(gp, sp);
}

// Ends what mayfault has begun: the segment is full again where its guard is.
static void raiseguard(G *gp)
{
	if (Libc && gp->segguard < gp->segment.lo)
		gp->segguard = segmentguard(gp->segment);
}

// a is the newest.
static void forget(G *gp, const AllocRecord *a)
{
	gp->segguard = a->oldguard;
	gp->allocs = a->prev;
}

// Drops the records of functions below sp, gp's stack pointer: they are over.
void forgetallocs(G *gp, uintptr_t sp)
{
	while (gp->allocs && returned(gp, gp->allocs, sp))
		forget(gp, gp->allocs);
	raiseguard(gp);
}

// Frees the segment of gp, which is parked or about to be published, if nothing of it is in
// use.
void dropsegment(G *gp)
{
	if (gp->segment.lo == 0 || !onbase(gp, gp->sched.sp))
		return;
	forgetallocs(gp, gp->sched.sp);
	if (!gp->allocs)
		detach(gp);
}

// ---- a borrowed stack ---------------------------------------------------------------

#define EXCHANGE(a, b)                                                                 \
	do {                                                                           \
		__typeof__(a) a_ = a;                                                  \
		a = b;                                                                 \
		b = a_;                                                                \
	} while (0)

// Exchanges the stacks of two Gs, with what is on them.
static void exchangestacks(G *gp, G *other)
{
	EXCHANGE(gp->stack, other->stack);
	EXCHANGE(gp->segment, other->segment);
	EXCHANGE(gp->segguard, other->segguard);
	EXCHANGE(gp->fastguard, other->fastguard);
	EXCHANGE(gp->allocs, other->allocs);
	EXCHANGE(gp->_panic, other->_panic);
	EXCHANGE(gp->_defer, other->_defer);
	EXCHANGE(gp->syscallsp, other->syscallsp);
	EXCHANGE(gp->syscallpc, other->syscallpc);
	EXCHANGE(gp->syscallbp, other->syscallbp);
}

// Gives gp the stack of lender, which is gcgo, as a segment and its only stack. The lender keeps
// gp's own stacks meanwhile.
void borrowstack(G *gp, G *lender)
{
	exchangestacks(gp, lender);
	gp->segment = gp->stack;
}

void returnstack(G *gp, G *lender)
{
	gp->segment = (Stack){ 0 };
	exchangestacks(gp, lender);
}

const G *borrowedof(const G *gp)
{
	const M *mp = gp->lockedm;

	return mp && mp->incgo == CgoGoroutine ? mp->gcgo : NULL;
}

// ---- the end ------------------------------------------------------------------------

// gp is dead, and has a segment.
void freesegment(G *gp)
{
	if (onlysegment(gp))
		startonsegment(gp); // the guard that alloca moved
	else
		detach(gp);
}

// ---- no room for more ----------------------------------------------------------------

NORETURN void badmorestack(const uintptr_t *fp);

// Ends the process: the stack of g0, gsignal or gcgo is full, and these do not grow. fp is
// the frame made by the assembly, which was called by the function that needs more stack.
NORETURN NOSPLIT void badmorestack(const uintptr_t *fp)
{
	G *gp = getg();

	setguard(NoGuard);
	if (gp == gp->m->gcgo || gp->m->handling)
		stackoverflow(gp, fp[1], (uintptr_t)&fp[2], fp[0]);
	throw(gp == gp->m->g0 ? "morestack on g0" : "morestack on gsignal");
}

typedef struct {
	const G *gp;
	uintptr_t sp;
} Overflow;

static void sayoverflow(void *arg)
{
	const Overflow *o = arg;
	Stack stk = o->gp->segment.lo != 0 ? o->gp->segment : o->gp->stack;

	if (Libc && o->gp == o->gp->m->curg && ondense(o->gp, o->sp) &&
	    o->sp < o->gp->stack.lo + BaseGuard - StackSmall) {
		stk = o->gp->stack;
		print("runtime: code without checks exceeds %u bytes of a goroutine's stack\n",
		      DenseGuard);
	} else if (o->gp == o->gp->m->gcgo || borrowedof(o->gp)) {
		print("runtime: stack of rt_cgocall exceeds %lu-byte limit (see ulimit -s)\n",
		      stk.hi - stk.lo);
	} else if (o->gp == o->gp->m->gsignal) {
		print("runtime: stack of signal handlers exceeds %lu-byte limit\n",
		      stk.hi - stk.lo);
	} else {
		print("runtime: goroutine stack exceeds %lu-byte limit\n",
		      min(maxstacksize, stk.hi - stk.lo));
	}
	print("runtime: sp=0x%lx stack=[0x%lx, 0x%lx]\n", o->sp, stk.lo, stk.hi);
	print("fatal error: stack overflow\n");
}

// Runs on g0 or gsignal: gp has no room for what the function that was interrupted needs.
NORETURN void stackoverflow(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	Overflow o = { gp, sp };
	Report r = {
		.before = sayoverflow,
		.arg = &o,
		.where = { .pc = pc, .sp = sp, .bp = bp, .link = gp->m->haltedat.link },
		.gp = gp,
	};

	getg()->m->throwing = -1;
	die(&r);
}

// ---- a full stack as a fault ---------------------------------------------------------
//
// A program of C's may have a handler for the fault of a full stack, and leave the deepest
// functions by siglongjmp, or end with a message of its own.

extern const char __runtime_text_start[], __runtime_text_end[];

static bool inruntime(uintptr_t pc)
{
	return pc >= (uintptr_t)__runtime_text_start && pc < (uintptr_t)__runtime_text_end;
}

// The function at pc has no room: does the program want a fault? No function of the runtime's
// makes one, since a handler must not leave it: the process ends with a report.
static bool faultwanted(const G *gp, uintptr_t pc)
{
	return Libc && handlesoverflow() && !inruntime(pc) && !borrowedof(gp);
}

// In the middle of what faults below the segment, wherever that begins.
static uintptr_t faultsat(const G *gp)
{
	return gp->segment.lo - StackBelow / 4 * 3;
}

// ---- newstack ------------------------------------------------------------------------

enum {
	ArgAlign = 256,    // ARG_ALIGN in morestack.S
	NoYieldShift = 32, // NO_YIELD in deep_amd64.S: above argsize
};

// Yields, as requested. Returns if it cannot now.
static void preemptprologue(G *gp, const MoreFrame *f)
{
	M *mp = gp->m;

	// The stress build yields now and then without being asked.
	if (!yieldwanted(gp) && mp->p && roundwanted(mp->p) == PreemptNot &&
	    !(Stress && fastrandn(4) == 0))
		return;
	if (!canPreemptM(mp))
		return;
	if (!gp->asyncState)
		gp->asyncState = newasyncstate(); // holds no lock: canPreemptM
	if (!saveprologue(gp, f))
		throw("newstack: not called by a prologue");
	// The words in force, as mcall leaves them. The AsyncState need not have them.
	readfpcontrol(&mp->fpcontrol);
	gp->sched.fpcontrol = mp->fpcontrol;
	if (Libc)
		setarea(mp->g0->area); // as mcall
	LEAVE(gopreempt_m(gp));
}

// Is the segment too small for the frame and the arguments copied with it?
static bool toobig(const G *gp, const MoreFrame *f)
{
	uintptr_t n = f->framesize;

	if ((Libc ? (uint32_t)f->argsize : f->argsize) != 0)
		n += f->argsize + ArgAlign;
	return n > gp->segment.hi - gp->segguard;
}

// The segment is used up, below its guard too, until what needs more touches the memory that
// faults.
static bool mayfault(G *gp, const MoreFrame *f, uintptr_t sp)
{
	uintptr_t end = faultsat(gp);

	if (!faultwanted(gp, f->fp[1]) || gp->segguard != gp->segment.lo + StackGuard ||
	    f->framesize > sp - end)
		return false;
	gp->stackguard0 = gp->segguard = end; // until raiseguard
	return true;
}

// Runs on g0, called by __morestack: a function's frame does not fit, or the goroutine was
// asked to yield. Returns 0 if it now has a segment and must try again, 1 if the function
// may continue where it is. With a C library, 2 more if it holds jumps.
int64_t newstack(MoreFrame *f)
{
	enum { TryAgain, GoOn, Held };
	G *gp = f->g;
	uintptr_t sp = (uintptr_t)&f->fp[2];
	uintptr_t guard = guardfor(gp, sp);
	int64_t held = 0;

	if (gp != gp->m->curg)
		throw("runtime: wrong goroutine in newstack");
	if (Libc && !inruntime(f->fp[1]))
		held = Held; // __morestack has done so
	if (unlikely(yieldwanted(gp) || Stress) && !(Libc && f->argsize >> NoYieldShift) &&
	    !(REPLAYING && !replayprologue(f->fp[1])))
		preemptprologue(gp, f);
	gp->stackguard0 = guard;
	if (sp - f->framesize >= guard && sp > f->framesize) {
		// Where the function tries again, its prologue would never stop asking.
		if (REPLAYING && yieldwanted(gp))
			keepasking(gp);
		return GoOn | held;
	}
	if (!onbase(gp, sp)) {
		if (mayfault(gp, f, sp))
			return GoOn | held;
		stackoverflow(gp, f->fp[1], sp, f->fp[0]);
	}
	if (gp->segment.lo == 0)
		attachsegment(gp);
	else if (toobig(gp, f))
		stackoverflow(gp, f->fp[1], sp, f->fp[0]);
	return TryAgain | held;
}

// ---- alloca ------------------------------------------------------------------------------

// On the requesting function's stack, below its stack pointer: these words, its frame pointer, its
// pc.
typedef struct {
	uintptr_t n; // and the result
	union {
		uintptr_t *bp;   // of the function that wants it
		uintptr_t lower; // the result: bytes to lower its stack pointer by
	};
	uintptr_t saved[2];
} SpaceRequest;

enum {
	AllocAlign = 64,
	SpMark = 16,
	SpMarks = 8 * SpMark, // below what a function's frame may use below the guard
};
_Static_assert(sizeof(AllocRecord) <= AllocAlign, "a record precedes its memory");

void allocspace(void *arg);
void allocreturn(void); // morestack.S

// Returns where the function whose return address was at slot returns to, once its alloca
// memory is freed: that may be recoverreturn.
uintptr_t keptreturn(const G *gp, const uintptr_t *slot)
{
	if (*slot == (uintptr_t)allocreturn) {
		for (const AllocRecord *a = gp->allocs; a; a = a->prev) {
			if (a->slot == slot)
				return a->retaddr;
		}
	}
	return *slot;
}

// Makes that function return to pc instead.
void keepreturn(G *gp, uintptr_t *slot, uintptr_t pc)
{
	if (*slot != (uintptr_t)allocreturn) {
		*slot = pc;
		return;
	}
	for (AllocRecord *a = gp->allocs; a; a = a->prev) {
		if (a->slot == slot)
			a->retaddr = pc;
	}
}

// Returns the real return address for pc, which was found at slot. If slot is NULL, the caller
// of the function called from pc ended with a jump to it, and the innermost slot is meant.
uintptr_t realreturn(const G *gp, uintptr_t pc, const uintptr_t *slot)
{
	if (pc != (uintptr_t)recoverreturn)
		return pc;
	for (const Panic *p = gp->_panic; p; p = p->link) {
		if (p->slot && (p->slot == slot || !slot))
			return p->retaddr;
	}
	return pc;
}

// Returns the return address at slot.
uintptr_t returnaddress(const G *gp, const uintptr_t *slot)
{
	return realreturn(gp, keptreturn(gp, slot), slot);
}

uintptr_t allocsend(const G *gp)
{
	return gp->segguard - StackGuard;
}

// Runs on g0: allocates n bytes at the low end of the segment, until the function returns
// (through allocreturn) or raises its stack pointer.
void allocspace(void *arg)
{
	SpaceRequest *r = arg;
	G *gp = getg()->m->curg;
	uintptr_t *slot = &r->bp[1], sp = (uintptr_t)(r + 1), n, p, end;
	uintptr_t retaddr = keptreturn(gp, slot);
	bool base = onbase(gp, sp), again = retaddr != *slot;
	AllocRecord *a;

	if (gp->segment.lo == 0)
		attachsegment(gp);
	raiseguard(gp);
	// A debugger or a signal's traceback that reads the stack meanwhile needs no record
	// for it.
	*slot = retaddr;
	compilerbarrier();
	// Of functions that have returned, and of blocks that this one has left.
	while ((a = gp->allocs) &&
	       (a->slot == slot ? !again || a->sp < sp : returned(gp, a, sp)))
		forget(gp, a);
	n = alignup(r->n, (uintptr_t)AllocAlign);
	p = alignup(gp->segguard, (uintptr_t)AllocAlign) + AllocAlign;
	end = base ? gp->segment.hi : sp; // the part of the segment in use is above
	if (n < r->n || p > end || n + StackGuard > end - p) {
		if (!faultwanted(gp, r->saved[1]) || n > StackBelow / 4)
			stackoverflow(gp, r->saved[1], sp, (uintptr_t)r->bp);
		if (a && a->slot == slot)
			*slot = (uintptr_t)allocreturn; // of a block that it keeps
		r->lower = 0;
		r->n = alignup(faultsat(gp), (uintptr_t)AllocAlign);
		return;
	}
	r->lower = sp + StackSmall + SpMarks > guardfor(gp, sp) ? SpMark : 0;
	a = (AllocRecord *)(p - AllocAlign);
	*a = (AllocRecord){ gp->allocs, gp->segguard, retaddr, slot, sp - r->lower };
	gp->allocs = a;
	compilerbarrier();
	*slot = (uintptr_t)allocreturn;
	gp->segguard = p + n + StackGuard;
	r->n = p;
}
