// cgocall.c - calls code that was not written for goroutines: on a stack of a thread's size,
// as if in a system call.
//
// The stack belongs to the M, which allocates it at its first rt_cgocall and keeps it until it
// ends. The G that runs on it is gcgo, one of the M's own like g0: the code's prologues compare
// with its guard, which has GuardLook set, so that functions of the interface see that their
// caller is not a goroutine.
//
// One that is for goroutines makes its caller one: the goroutine that called rt_cgocall leaves
// its system call, and continues on gcgo's stack until the function returns. Meanwhile gcgo
// keeps the goroutine's own stacks (borrowstack), and the goroutine is locked to the M, since its
// frames are on the M's stack. So it parks, yields and is preempted as on its own stack; when
// it is runnable again, it gets the P of the M that finds it (lockthread.c).
//
//	CgoNot      -> CgoFunction     rt_cgocall, on the goroutine
//	CgoFunction -> CgoGoroutine    becomegoroutine: a call of the interface; rt_cgocall
//	                               again, when the function of one within has returned
//	CgoGoroutine -> CgoFunction    ceasegoroutine: rt_cgocall within. It may block for
//	                               long, and so the P is lent again
//	either      -> CgoNot          rt_cgocall, when the function has returned
//
// A call within runs on the stack where it is called. What the function has deferred is on the list
// of the G that runs it, gcgo or the goroutine. The goroutine's own deferred calls are with its
// stacks, out of reach of a panic: the frames of code that knows nothing of panics are between.
// That is why rt_goexit is refused.
//
// Unyielding: the G that calls changes, and yieldcheck continues with the M.
//
// Follows Go's cgocall.go (cgocall, cgocallbackg).
//
// built: unyielding libc
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/m.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/yieldcheck.h"

enum {
	UsualCgoStack = 8 << 20, // where RLIMIT_STACK sets no limit
	LeastCgoStack = 256 << 10,
};
static const uint64_t MostCgoStack = (uint64_t)64 << 30;

// Returns the size of the stack that the process's main thread would have.
static uintptr_t cgostacksize(void)
{
	uint64_t limit = stacklimit();

	if (limit == UINT64_MAX)
		return UsualCgoStack;
	limit = min(max(limit, (uint64_t)LeastCgoStack), MostCgoStack);
	return alignup(limit, physPageSize);
}

// Runs on g0. The G itself is at the top of its stack.
static COLD void makegcgo(void *arg)
{
	Stack stk = cgostackalloc(cgostacksize());
	G *gp = (G *)((stk.hi - sizeof *gp) & ~(uintptr_t)(CacheLineSize - 1));
	M *mp = arg;

	*gp = (G){ .m = mp, .stack = { stk.lo, (uintptr_t)gp } };
	fixguard(gp, StackGuard, GuardLook);
	mp->gcgo = gp;
}

// Called on g0 when mp ends.
COLD void freegcgo(M *mp)
{
	if (mp->gcgo)
		cgostackfree((Stack){ mp->gcgo->stack.lo, (uintptr_t)(mp->gcgo + 1) });
	mp->gcgo = NULL;
}

// errno of the goroutine, in whatever function: the area does not change under one.
static void setliberror(int32_t error)
{
	if (Libc)
		*areaerror(getarea()) = error;
	else if (Hosted)
		*__rt0_errno() = error;
}

// Not inlined behind asmcgocall: to a debugger that one's frame is a signal handler's, which
// interrupts the instruction that it returns to. So this must be the caller's own.
static NOINLINE int32_t readerror(void)
{
	return Libc ? *areaerror(getarea()) : *__rt0_errno();
}

#define liberror() (Libc || Hosted ? readerror() : 0)

// ---- being the goroutine again ------------------------------------------------------

// Makes the function that runs as gcgo its goroutine. Returns with a P.
//
// There is no P yet, so that the world may be stopped meanwhile, and what looks for pointers then
// reads the stacks of gp and of gcgo: by gp->lockedm and mp->incgo it knows which are whose. So
// these change at once, under the lock that it holds (reach/collect.c, leaks.c). Until exitsyscall
// has a P, gp is in a system call in this frame, which has the callers' registers.
NOINLINE void becomegoroutine(void)
{
	G *gcgo = getg();
	M *mp = gcgo->m;
	G *gp = mp->curg;

	__builtin_unwind_init();
	lock(&sched.lock);
	borrowstack(gp, gcgo);
	gp->sched.pc = gp->syscallpc = CALLERPC;
	gp->sched.sp = gp->syscallsp = CALLERSP;
	gp->syscallbp = CALLERBP;
	mp->incgo = CgoGoroutine;
	setg(gp); // a signal handler finds the one or the other, on a stack that it has
	restoreguard(gp, guardfor(gp, (uintptr_t)__builtin_frame_address(0)));
	lockOSThread();
	unlock(&sched.lock);
	exitsyscall();
}

// Makes the function that is its goroutine run as gcgo again, and the goroutine be in the
// system call that it has left. The stacks are exchanged while there is a P, which nobody takes from
// code that does not yield: so the world is not stopped before reentersyscall lends it. What comes
// after that does not change whose stacks they are.
void ceasegoroutine(void)
{
	G *gp = getg();
	M *mp = gp->m;

	unlockOSThread();
	returnstack(gp, mp->gcgo);
	mp->incgo = CgoFunction;
	reentersyscall(gp->syscallpc, gp->syscallsp, gp->syscallbp);
	setg(mp->gcgo);
	setguard(guardof(mp->gcgo));
}

// On the goroutine's own stack: the function that has become it has returned.
static void endcallback(G *gp)
{
	M *mp = gp->m;

	unlockOSThread();
	returnstack(gp, mp->gcgo);
	gp->syscallsp = 0;
	mp->incgo = CgoNot;
}

// On g0 the runtime itself calls.
void goroutineonly(const char *name)
{
	G *gp = callerg();

	if (gp == gp->m->gcgo)
		becomegoroutine();
	else if (gp == gp->m->gsignal)
		notgoroutine(name);
	else
		comeback(gp);
}

// ---- the call -----------------------------------------------------------------------

static int callhere(rt_func *fn, void *arg)
{
	setliberror(0);
	fn(arg);
	return liberror();
}

// fn is not in a call of rt.h, whatever called rt_cgocall.
ALWAYS_INLINE bool fnbegins(M *mp)
{
	bool calling = Hosted && mp->calling;

	if (Hosted)
		mp->calling = false;
	return calling;
}

ALWAYS_INLINE void fnended(bool calling)
{
	if (Hosted)
		getg()->m->calling = calling;
}

// Called by a function that has become its goroutine: calls fn as rt_cgocall has called that.
static NOINLINE int callwithin(M *mp, rt_func *fn, void *arg)
{
	int error;

	ceasegoroutine();
	error = callhere(fn, arg);
	if (mp->incgo == CgoFunction)
		becomegoroutine();
	return error;
}

// ThreadSanitizer would take the frames that two goroutines' functions have on one stack for a
// race. So they are on the goroutine's own then, below sp; it is a segment.
static void setcgostack(G *gcgo, Stack stk)
{
	gcgo->stack = stk;
	fixguard(gcgo, StackGuard, GuardLook);
}

ALWAYS_INLINE void restorecgostack(G *gcgo, Stack stk)
{
	if (freshstacks())
		setcgostack(gcgo, stk);
}

static Stack ownstackbelow(const G *gp, uintptr_t sp)
{
	enum { Frames = 2 << 10 }; // rt_cgocall's and asmcgocall's

	return (Stack){ gp->stack.lo, (sp - Frames) & ~(uintptr_t)(CacheLineSize - 1) };
}

// While gp is Gsyscall, no prologue may run on its stack.
ALWAYS_INLINE int callaway(G *gp, rt_func *fn, void *arg)
{
	M *mp = gp->m;
	int32_t was, error;
	Stack itsown;
	G *gcgo;

	if (unlikely(!mp->gcgo))
		systemstack(makegcgo, mp);
	gcgo = mp->gcgo;
	itsown = gcgo->stack;
	if (freshstacks())
		setcgostack(gcgo, ownstackbelow(gp, (uintptr_t)__builtin_frame_address(0)));
	entersyscall();
	was = liberror();
	setliberror(0);
	gcgo->goid = gp->goid;
	mp->incgo = CgoFunction;
	leavestack(gp, gcgo->stack);
	asmcgocall(fn, arg);
	returntostack(gp);
	error = liberror();
	setliberror(was);
	if (unlikely(mp->incgo == CgoGoroutine)) {
		endcallback(gp);
		restorecgostack(gcgo, itsown);
		return error;
	}
	mp->incgo = CgoNot;
	restorecgostack(gcgo, itsown);
	exitsyscall();
	return error;
}

int rt_cgocall(rt_func *fn, void *arg)
{
	G *gp = callerg();
	M *mp = gp->m;
	bool entered, calling;
	int error;

	if (!fn)
		throw("cgocall nil");
	if (gp != mp->curg) // called by such a fn, or by a signal handler
		return callhere(fn, arg);
	entered = callentered();
	preemptcheck();
	mp = gp->m;
	calling = fnbegins(mp);
	error = unlikely(mp->incgo != CgoNot) ? callwithin(mp, fn, arg) : callaway(gp, fn, arg);
	fnended(calling);
	callleft(entered);
	return error;
}
