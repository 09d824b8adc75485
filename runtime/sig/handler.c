// handler.c - signal handlers of the program's own, which a C library lets it install.
//
// A handler is the program's code, with prologues that check the guard. On a goroutine's
// stack they could find no room, or a request to yield, and switch to another goroutine. So
// the kernel calls cgo/musl.c on the M's signal stack, and that calls the handler from
// here, as gsignal: with a guard that fits, which no request to yield comes to, and which
// tells functions of the interface that there is no goroutine (GuardLook).
//
// Handlers nest: one has blocked the signals in its sa_mask alone. The G that was interrupted
// first is not gsignal; it is what runs again when all have returned, or when one of them
// leaves by siglongjmp.
//
// Unyielding: until enter has switched G and guard, a prologue here would compare the
// signal stack with the goroutine's guard.
//
// built: unyielding libc
#include "runtime/base/guard.h"
#include "runtime/mem/mem.h"
#include "runtime/os/sigtable.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/morestack.h"
#include "runtime/sig/sig.h"

enum { ReportRoom = 16 << 10 }; // of the signal stack, to say that a handler has used it up

extern const char __runtime_text_start[], __runtime_text_end[];
extern const char plaincall[], gatesyscall_end[]; // cgo/gate_amd64.S

// ---- calling one --------------------------------------------------------------------

// Returns the area of the goroutine that the handler interrupts, or the thread's.
static Area *areafor(const G *gp, const M *mp)
{
	if (gp == mp->gsignal)
		return getarea(); // the interrupted handler's
	return gp == mp->curg || gp == mp->gcgo ? mp->curg->area : mp->g0->area;
}

// The handler has an errno of its own.
static void enterarea(Handling *h, const M *mp)
{
	Area *a = areafor(h->gp, mp);

	h->area = getarea();
	h->error = *areaerror(a);
	setarea(a);
}

static void leavearea(const Handling *h)
{
	*areaerror(getarea()) = h->error;
	setarea(h->area);
}

// What was interrupted may be about to use the P's cache: without one, rt_malloc and rt_free
// come to where they see that a handler calls.
static void enter(Handling *h, M *mp)
{
	G *gsignal = mp->gsignal;

	h->outer = mp->handling;
	mp->handling = h;
	gsignal->goid = mp->curg ? mp->curg->goid : 0;
	setg(gsignal);
	setguard((gsignal->stack.lo + StackGuard + ReportRoom) | GuardLook);
	curcache = nocache;
	if (Libc)
		enterarea(h, mp);
}

// Switches back to the G that was interrupted when h began.
static void leave(const Handling *h, M *mp, uintptr_t guard)
{
	G *gp = h->gp;

	if (Libc)
		leavearea(h);
	mp->handling = h->outer;
	setg(gp);
	restoreguard(gp, guard);
	curcache = guardasks() ? nocache : h->cache;
}

void __rt0_callhandler(SignalHandler *fn, int32_t sig, Siginfo *info, Ucontext *ctx)
{
	G *gp = getg();
	M *mp = gp->m;
	Handling h = { .gp = gp, .guard = getguard(), .cache = curcache, .ctx = ctx };

	if (touched((uint32_t)sig, info, &ctx->mcontext))
		return; // a fault that the runtime has provoked
	enter(&h, mp);
	fn(sig, info, ctx);
	leave(&h, mp, h.guard);
}

// Returns the G that the signal interrupted: not gsignal, if a handler of the program's
// calls the runtime's handler, which it has replaced.
G *interrupted(const G *gsignal, const Ucontext *ctx)
{
	const Handling *h = gsignal->m->handling;

	return h && h->ctx == ctx ? h->gp : (G *)(uintptr_t)gsignal;
}

// ---- leaving one by siglongjmp ------------------------------------------------------

static bool inside(const Stack *s, uintptr_t sp)
{
	return sp >= s->lo && sp <= s->hi;
}

// May code at pc be left? Not the runtime's, except where it makes a call for a C library.
static bool mayleave(uintptr_t pc)
{
	if (Libc && pc >= (uintptr_t)plaincall && pc <= (uintptr_t)gatesyscall_end)
		return true;
	return pc < (uintptr_t)__runtime_text_start || pc >= (uintptr_t)__runtime_text_end;
}

// May gp, interrupted by h, continue at sp? Only on its own stacks; and no function of the
// runtime may be left in the middle: it may hold a lock, or a P in a register.
static void checkjump(const Handling *h, uintptr_t sp)
{
	const G *gp = h->gp;
	const M *mp = gp->m;
	uintptr_t pc = ctxpc(&h->ctx->mcontext);
	bool running = gp == mp->gcgo || (gp == mp->curg && readgstatus(gp) == Grunning);

	if (!(gp == mp->curg ? onstacks(gp, sp) : gp == mp->gcgo && inside(&gp->stack, sp)))
		fatal("longjmp out of a signal handler to what it has not interrupted");
	if (!running || mp->locks != 0 || !mayleave(pc))
		fatal("longjmp out of a signal handler that has interrupted the runtime");
}

// Ends the M's handlers: the thread continues at sp, as the G that was interrupted.
// Unblocks the signals that were not blocked there.
static void leavehandlers(M *mp, uintptr_t sp)
{
	const Handling *h = mp->handling;
	G *gp;

	while (h->outer)
		h = h->outer;
	gp = h->gp;
	checkjump(h, sp);
	if (gp == mp->curg)
		forgetallocs(gp, sp);
	// First: the handlers of those that wait may jump, too. They interrupt a handler still, not
	// the runtime on gp's behalf.
	sigprocmask(SIG_SETMASK, &h->ctx->sigmask, NULL);
	leave(h, mp, gp == mp->curg ? guardfor(gp, sp) : guardof(gp));
}

// Called when longjmp is about to set the stack pointer to sp. On a goroutine it may always.
void __rt0_longjmp(uintptr_t sp)
{
	G *gp = getg();
	M *mp = gp->m;

	if (Libc && gp == mp->curg && onstacks(gp, sp)) { // from the segment, perhaps
		forgetallocs(gp, sp);
		restoreguard(gp, guardfor(gp, sp));
		return;
	}
	if (mp->incgo && gp != mp->gsignal && !inside(&gp->stack, sp))
		fatal("longjmp out of rt_cgocall");
	if (gp != mp->gsignal || !mp->handling)
		return;
	if (!inside(&gp->stack, sp))
		return leavehandlers(mp, sp);
	while (mp->handling && (uintptr_t)mp->handling < sp) // to an outer handler
		mp->handling = mp->handling->outer;
}
