// stacks.c - what a goroutine leads to while it does not run: its stacks, its registers.
//
//	parked by mcall      from five words below sched.sp: the registers (switch.S)
//	has not begun        from sched.sp; its argument is sched.ctxt
//	was preempted        from its red zone; the registers are in its AsyncState
//	in a system call     from some words below syscallsp: rt_raw_syscall's frame has the registers,
//	                     and the arguments. entersyscall leaves them in the M: of one that makes
//	                     its call later the compiler need not put them anywhere
//
// Of a segment that is from the stack pointer up. Of the small stack below it only the frames that
// are in use are read: dead ones are full of pointers to what the goroutine had before.
//
// Functions of rt_cgocall's use no stack of a goroutine's until they become one; then it has the
// stack of gcgo, and gcgo keeps its own (cgocall.c).
//
// built: unchecked libc
#include "runtime/os/os.h"
#include "runtime/reach/reach.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/preempt.h"

enum { MorestackWords = 2 * PtrSize }; // below __morestack's frame

static bool preempted(const G *gp)
{
	return gp->sched.pc == (uintptr_t)asyncResume;
}

// gp runs, in a process that dies: on an M that has been halted, or does not answer.
static uintptr_t haltedpointer(const G *gp)
{
	const Halted *h = halted(gp);

	if (h && h->g == gp && h->sp != 0 && onstacks(gp, h->sp))
		return h->sp - RedZone;
	return gp->segment.hi != 0 ? gp->segment.lo : gp->stack.lo;
}

// Returns where gp's stack ends, below all that it uses.
static uintptr_t stackpointer(const G *gp)
{
	uintptr_t sp = gp->sched.sp - SavedBelow;

	if (gp->sched.sp == 0 && readgstatus(gp) == Grunning)
		return haltedpointer(gp);
	if (preempted(gp))
		return asyncsp(gp->asyncState) - RedZone;
	if (gp->syscallsp == 0)
		return sp;
	// It may have left the call already, and wait for a P further down.
	return min(gp->syscallsp - SyscallFrame, gp->sched.sp != 0 ? sp : UINTPTR_MAX);
}

static uintptr_t framepointer(const G *gp)
{
	if (preempted(gp))
		return asyncbp(gp->asyncState);
	return gp->syscallsp != 0 ? gp->syscallbp : gp->sched.bp;
}

// Returns where the frames in use of gp's small stack end while it is on its segment: at
// __morestack's, the first of the chain that is there. All of the stack, if the chain breaks.
static uintptr_t smallpointer(const G *gp)
{
	uintptr_t bp = framepointer(gp), next;

	while (bp % PtrSize == 0 && bp >= gp->segment.lo && bp + 2 * PtrSize <= gp->segment.hi) {
		next = *(const uintptr_t *)bp;
		if (onbase(gp, next))
			return next - MorestackWords;
		if (next <= bp)
			break;
		bp = next;
	}
	return gp->stack.lo;
}

static void visitpiece(uintptr_t lo, uintptr_t hi, Visit *visit, void *arg)
{
	if (lo < hi)
		visit(lo, hi, arg);
}

// The stacks that gp has itself, its own or lent ones.
static void pieces(const G *gp, Visit *visit, void *arg)
{
	uintptr_t sp = stackpointer(gp);

	if (onbase(gp, sp) || gp->segment.hi == 0) {
		visitpiece(max(sp, gp->stack.lo), gp->stack.hi, visit, arg);
	} else {
		visitpiece(max(sp, gp->segment.lo), gp->segment.hi, visit, arg);
		if (gp->stack.lo != gp->segment.lo)
			visitpiece(max(smallpointer(gp), gp->stack.lo), gp->stack.hi, visit, arg);
	}
	// The goroutine's thread-local data beside a C library (cgo/area.c).
	if (Libc && gp->stack.lo != gp->segment.lo)
		visitpiece(gp->stack.hi, gp->stack.lo + goroutineStack, visit, arg);
	// What alloca took, at the low end.
	if (gp->allocs)
		visitpiece(gp->segment.lo, allocsend(gp), visit, arg);
}

void stackpieces(const G *gp, Visit *visit, void *arg)
{
	const G *lender = borrowedof(gp);

	if (gp->stack.hi != 0)
		pieces(gp, visit, arg);
	if (lender)
		pieces(lender, visit, arg);
}

// What entersyscall has left, if that is how gp has entered the call: the place where it returns to
// is no other function's. They are from the last call at that place, since each leaves them. If gp
// waits for a P it has no M, and they are where mcall has saved them.
static void markcallees(Marker *m, const G *gp)
{
	const M *mp = gp->m;

	markword(m, gp->syscallbp); // a pointer, perhaps, in code without frame pointers
	if (mp && mp->enteredpc == gp->syscallpc)
		markrange(m, (uintptr_t)mp->callees, (uintptr_t)(mp->callees + NumCallees));
}

// Does a goroutine that waits for this reason wait for an object of the program's, which gp->waiting names?
bool waitsonobject(uint32_t reason)
{
	const uint64_t these =
		(uint64_t)1 << WaitReasonChanReceive | (uint64_t)1 << WaitReasonChanSend |
		(uint64_t)1 << WaitReasonSelect | (uint64_t)1 << WaitReasonSemacquire |
		(uint64_t)1 << WaitReasonMutexLock | (uint64_t)1 << WaitReasonRWMutexRLock |
		(uint64_t)1 << WaitReasonRWMutexLock | (uint64_t)1 << WaitReasonWaitGroupWait |
		(uint64_t)1 << WaitReasonCondWait;

	return reason < 64 && (these >> reason & 1);
}

// What gp waits for, the value that it waits to send, and the memory where it wants to receive one, may be
// known to its Sudog alone: once it waits, its own code does not need these addresses any more.
static void markwait(Marker *m, const G *gp)
{
	uint32_t reason = reasonof(gp);
	bool selects = reason == WaitReasonSelect;

	if (!waitsonobject(reason))
		return;
	for (const Sudog *w = gp->waiting; w && w->g == gp; w = selects ? w->waitlink : NULL) {
		markword(m, (uintptr_t)w->addr); // a channel's c is there, too
		if (selects || reason == WaitReasonChanSend || reason == WaitReasonChanReceive)
			markword(m, (uintptr_t)w->elem);
	}
}

void markcontext(Marker *m, const G *gp)
{
	if (preempted(gp))
		markrange(m, (uintptr_t)gp->asyncState, (uintptr_t)gp->asyncState + asyncused(gp->asyncState));
	if (gp->syscallsp != 0)
		markcallees(m, gp);
	if (readgstatus(gp) == Gwaiting)
		markwait(m, gp);
	markword(m, (uintptr_t)gp->sched.ctxt);
	markword(m, (uintptr_t)gp->_panic);
	markword(m, (uintptr_t)gp->_defer);
	markword(m, (uintptr_t)gp->ancestors);
}
