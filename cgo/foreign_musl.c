// foreign_musl.c - what musl has of a thread that becomes a goroutine (foreign.c): its area, and
// where it ends.
//
// Unyielding: the thread has no G, or is about to have none.
//
// built: unyielding
#include "cgo/area.h"
#include "cgo/pthread.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"

void meetthread(G *system, G *gp)
{
	Area *a = getarea();

	system->area = gp->area = a;
	gp->stack.hi = (uintptr_t)a->stack;
	gp->stack.lo = gp->stack.hi - a->stacksize;
}

void releaseforeign(void)
{
	const G *gp = getg();

	if (!gp || goroutineof(gp->area))
		return;
	__pthread_tsd_run_dtors(); // which may call rt.h: musl finds nothing left to do
	__rt0_release();
}

void __real___reset_tls(void);
void __wrap___reset_tls(void);

// musl clears the thread-local data of a timer's thread before each call of its function. The
// runtime's words there stay. No signal comes in between: its handler would find no G.
void __wrap___reset_tls(void)
{
	G *gp = getg();
	Mcache *cache = CacheIsThreads ? curcache : NULL;
	Sigset old;

	changemask(SIG_BLOCK, ~(Sigset)0, &old);
	__real___reset_tls();
	setg(gp);
	if (CacheIsThreads)
		curcache = cache;
	changemask(SIG_SETMASK, old, NULL);
}
