// jump.c - longjmp: out of signal handlers, too, whatever they have interrupted.
//
// A handler may leave by siglongjmp what has nothing of the runtime's in its hands: the
// program's code, the library's, and the little code of the runtime's between __leavable_text_start
// and _end (linker.ld). That is left at once, as in any program.
//
// A goroutine that is at the gate may hold a lock, a descriptor, or no P. One whose own code was
// interrupted by the scheduler, in a prologue or by SIGURG, is being switched, or queued. These
// hold jumps: held in the goroutine's area counts that. A jump to such a goroutine is recorded
// there. The handlers end as if they returned; the call ends as by a signal without
// SA_RESTART (gate_stop.c); and the goroutine makes the jump itself as soon as nothing
// holds it, before any code of the program's runs:
//
//	handler, on any thread                   goroutine, on its way out
//	 1 jump, then jumping = 1                 1 held -= 1
//	 2 looks at held: 0, and it takes         2 looks at jumping: makes the jump
//	   the record back
//
// Each side's first step is a locked instruction, so one of them sees the other's. On the
// goroutine's own thread the record is always seen. Elsewhere it matters for the main
// goroutine alone, which is asked wherever the handler runs; a handler that finds it in other
// code of the runtime's, or running on another thread, cannot jump. A goroutine that is about to
// park looks once more when it is off its thread (jumpwanted).
//
// A program that has one goroutine alone expects that this does not run while the handler of a
// signal does. If it is on a thread, the signal goes to that (musl_signal.c). If it is on none, and
// holds jumps, the handler pins it: it does not continue with code of the program's until
// the handler has ended:
//
//	handler                                  goroutine, on its way out
//	 1 pins += 1                              1 held -= 1
//	 2 does the goroutine hold jumps? Else    2 is there a pin? Waits
//	   it takes the pin away
//
// While it gets ready to jump the goroutine holds jumps as well: the last one is made, as if
// each had interrupted the place where the one before had led to.
//
// Unyielding: runs on signal stacks, and while a goroutine's guard is changed.
//
// built: unyielding
#include "cgo/area.h"
#include "cgo/gate.h"
#include "runtime/base/guard.h"
#include "runtime/die/die.h"
#include "runtime/os/sigtable.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/morestack.h"
#include "runtime/sig/sig.h"

extern const char __runtime_text_start[], __memory_text_end[], __runtime_text_end[];
extern const char __leavable_text_start[], __leavable_text_end[];

NORETURN void __real_longjmp(uintptr_t *buf, int value);
NORETURN void __wrap_longjmp(uintptr_t *buf, int value);
NORETURN void __wrap__longjmp(uintptr_t *buf, int value);

static bool inside(const Stack *s, uintptr_t sp)
{
	return sp >= s->lo && sp <= s->hi;
}

// ---- a goroutine's own --------------------------------------------------------------

static void recordjump(Area *a, uintptr_t *buf, int value)
{
	buf[JumpValue] = (uint32_t)value;
	atomic_store_relaxed(&a->jump, buf); // published by the exchange
	(void)atomic_xchg(&a->jumping, 1); // then looks at held; pairs with releasejumps
}

static uint32_t holds(const Area *a)
{
	return atomic_load_seqcst(&a->held); // pairs with releasejumps
}

static uintptr_t *preparejump(G *gp)
{
	Area *a = gp->area;
	uintptr_t *buf, sp;

	atomic_store_release(&a->jumping, 0); // pairs with requestjump's exchanges
	compilerbarrier(); // a handler that comes now records its own
	buf = atomic_load_relaxed(&a->jump);
	sp = buf[JumpStackPointer];
	a->atpoint = false; // it leaves a cancellation point, perhaps
	forgetallocs(gp, sp);
	restoreguard(gp, guardfor(gp, sp));
	return buf;
}

// The handlers that have pinned the caller run on other threads. One that comes here may record a
// jump.
static void awaitunpinned(const Area *a)
{
	while (atomic_load_seqcst(&a->pins)) // pairs with pin, unpin
		syscall3(__NR_sched_yield, 0, 0, 0);
}

NORETURN void makejump(void)
{
	Area *a = getarea();
	uintptr_t *buf;

	do {
		holdjumps(a);
		buf = preparejump(getg());
		(void)atomic_xadd(&a->held, -1); // then looks; pairs with requestjump, pin
		awaitunpinned(a);
	} while (atomic_load_seqcst(&a->jumping)); // pairs with recordjump
	__real_longjmp(buf, (int)buf[JumpValue]);
}

void awaitpins(Area *a)
{
	awaitunpinned(a);
	if (atomic_load_seqcst(&a->jumping)) // pairs with recordjump
		makejump();
}

// ---- pins ---------------------------------------------------------------------------

// Of the handlers on this thread.
THREADLOCAL uint32_t pins;

uint32_t pinned(void)
{
	return OFTHREAD(pins);
}

// While the pin is there, the goroutine can stop holding jumps once, and waits then, on an M. So if it
// is found to hold none, on no M, twice, it has held none, and is parked or queued by code that is not
// left.
bool pin(const G *gp, const M **on)
{
	Area *a = gp->area;

	(void)atomic_xadd(&a->pins, 1); // then looks; pairs with releasejumps
	for (int i = 0; i < 2; i++) {
		if (holds(a)) {
			OFTHREAD(pins)++;
			return true;
		}
		*on = atomic_load_seqcst(&gp->m); // pairs with execute, dropg
		if (*on)
			break;
	}
	(void)atomic_xadd(&a->pins, -1); // pairs with awaitunpinned
	return false;
}

void unpin(uint32_t before)
{
	uint32_t n = OFTHREAD(pins) - before;

	if (n == 0)
		return;
	OFTHREAD(pins) = before;
	// Release: pairs with awaitunpinned, and pinheld and asyncResume.
	(void)atomic_xadd(&maingoroutine()->area->pins, -(int32_t)n);
}

// ---- out of handlers ----------------------------------------------------------------

// May the code that was interrupted be left? memcpy and the like, which have no frames, if their
// caller may.
static bool mayleave(const Sigcontext *c)
{
	uintptr_t pc = ctxpc(c), sp;

	if (pc >= (uintptr_t)__runtime_text_start && pc < (uintptr_t)__memory_text_end)
		pc = ctxcaller(c, &sp);
	return pc < (uintptr_t)__runtime_text_start || pc >= (uintptr_t)__runtime_text_end ||
	       (pc >= (uintptr_t)__leavable_text_start && pc < (uintptr_t)__leavable_text_end);
}

// May gp, interrupted by h, continue at sp? Only on its own stacks; and no function of the
// runtime may be left in the middle: it may hold a lock, or a P in a register.
static void checkjump(const Handling *h, uintptr_t sp)
{
	const G *gp = h->gp;
	const M *mp = gp->m;
	bool running = gp == mp->gcgo || (gp == mp->curg && readgstatus(gp) == Grunning);

	if (!(gp == mp->curg ? onstacks(gp, sp) : gp == mp->gcgo && inside(&gp->stack, sp)))
		fatal("longjmp out of a signal handler to what it has not interrupted");
	if (!running || mp->locks != 0 || !mayleave(&h->ctx->mcontext))
		fatal("longjmp out of a signal handler that has interrupted the runtime");
}

// Returns the goroutine that a jump to sp is for: the one on whose thread the handler runs, or
// the main one, which may be anywhere.
static G *targetof(const M *mp, uintptr_t sp)
{
	G *gp = mp->curg;

	if (gp && onstacks(gp, sp))
		return gp;
	gp = maingoroutine();
	return gp && onstacks(gp, sp) ? gp : NULL;
}

// Records the jump for gp, if it holds jumps. On another thread it may be on its way out.
static bool requestjump(G *gp, uintptr_t *buf, int value)
{
	Area *a = gp->area;

	if (OFTHREAD(pins) == 0 && holds(a) == 0)
		return false;
	recordjump(a, buf, value); // pairs with preparejump, releasejumps
	return OFTHREAD(pins) || holds(a) || !atomic_cas(&a->jumping, 1, 0);
}

// Ends the M's handlers, of which h was the first, as if they had returned. gp will jump.
static NORETURN void endhandlers(const Handling *h, M *mp, const G *gp)
{
	uintptr_t pc = ctxpc(&h->ctx->mcontext);

	leavehandler(h, mp);
	if (gp == h->gp && pc >= (uintptr_t)gatesyscall && pc < (uintptr_t)gatesyscall_end)
		ctxgoto(&h->ctx->mcontext, (uintptr_t)gatesyscall_stopped);
	gatehandled(false);
	unpin(0);
	sigreturnto(h->ctx);
}

// The thread leaves the M's handlers, and the goroutine that they have interrupted jumps. Handlers
// that the mask lets through again may jump, too: it holds jumps meanwhile.
static NORETURN void leaveto(const Handling *h, M *mp, uintptr_t *buf, int value)
{
	G *gp = h->gp;
	Area *a = gp->area;

	holdjumps(a);
	recordjump(a, buf, value);
	leavehandler(h, mp);
	changemask(SIG_SETMASK, h->ctx->sigmask, NULL);
	(void)atomic_xadd(&a->held, -1); // pairs with requestjump; makejump looks
	makejump();
}

static NORETURN void leavehandlers(M *mp, uintptr_t *buf, int value)
{
	uintptr_t sp = buf[JumpStackPointer];
	const Handling *h = mp->handling;
	G *gp;

	while (h->outer)
		h = h->outer;
	changemask(SIG_BLOCK, ~(Sigset)LibrarySigs, NULL);
	gp = targetof(mp, sp);
	if (gp && requestjump(gp, buf, value))
		endhandlers(h, mp, gp);
	checkjump(h, sp);
	if (h->gp == mp->curg)
		leaveto(h, mp, buf, value);
	leavehandler(h, mp);
	restoreguard(h->gp, guardof(h->gp));
	changemask(SIG_SETMASK, h->ctx->sigmask, NULL);
	__real_longjmp(buf, value);
}

NORETURN void __wrap_longjmp(uintptr_t *buf, int value)
{
	uintptr_t sp = buf[JumpStackPointer];
	G *gp = getg();
	M *mp;

	if (!gp)
		__real_longjmp(buf, value);
	mp = gp->m;
	if (gp == mp->curg && onstacks(gp, sp)) { // from the segment, perhaps
		recordjump(gp->area, buf, value);
		makejump();
	}
	if (mp->incgo && gp != mp->gsignal && !inside(&gp->stack, sp))
		fatal("longjmp out of rt_cgocall");
	if (gp == mp->gsignal && mp->handling && !inside(&gp->stack, sp))
		leavehandlers(mp, buf, value);
	while (gp == mp->gsignal && mp->handling && (uintptr_t)mp->handling < sp)
		mp->handling = mp->handling->outer; // to an outer handler
	__real_longjmp(buf, value);
}

NORETURN void __wrap__longjmp(uintptr_t *buf, int value)
{
	__wrap_longjmp(buf, value);
}
