// cgocall.c - calls code that was not written for goroutines: on a stack of a thread's size,
// as if in a system call.
//
// The stack belongs to the M, which allocates it at its first rt_cgocall and keeps it until it
// ends. The G that runs on it is gcgo, one of the M's own like g0: the code's prologues compare
// with its guard, which has GuardLook set, so that functions of the interface see that their
// caller is not a goroutine.
//
// Follows Go's cgocall.go (cgocall).
//
// built: unchecked libc
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/entersyscall.h"
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
}

static int32_t liberror(void)
{
	return Libc ? *areaerror(getarea()) : 0;
}

// While gp is Gsyscall, no prologue may run on its stack.
int rt_cgocall(rt_func *fn, void *arg)
{
	G *gp = getg(), *gcgo;
	M *mp = gp->m;
	int32_t was, error;

	if (!fn)
		throw("cgocall nil");
	if (gp != mp->curg) { // called by such a fn, or by a signal handler
		setliberror(0);
		fn(arg);
		return liberror();
	}
	preemptcheck();
	mp = gp->m;
	if (unlikely(!mp->gcgo))
		systemstack(makegcgo, mp);
	gcgo = mp->gcgo;
	entersyscall();
	was = liberror();
	setliberror(0);
	gcgo->goid = gp->goid;
	mp->incgo = true;
	asmcgocall(fn, arg);
	mp->incgo = false;
	error = liberror();
	setliberror(was);
	exitsyscall();
	return error;
}
