// minit.c - what each thread sets up for itself: signal stack, signal mask, its id.
//
// Follows Go's signal_unix.go (minitSignals).
//
// built: unchecked libc
#include "runtime/base/guard.h"
#include "runtime/os/os.h"
#include "runtime/os/sigtable.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/m.h"

STEP void minit(void)
{
	minitSignals();
	// Pairs with the load of the M that signals the thread (allthreads.c).
	atomic_store_release(&getg()->m->procid, (uint64_t)gettid());
}

STEP void minitSignals(void)
{
	minitSignalStack();
	minitSignalMask();
}

// Puts the M's gsignal stack in place, unless a C library has set one already.
STEP void minitSignalStack(void)
{
	M *mp = getg()->m;
	Sigaltstack old;

	sigaltstack(NULL, &old);
	if (old.flags & SS_DISABLE) {
		signalstack(&mp->gsignal->stack);
		mp->newSigstack = true;
	} else {
		mp->gsignal->stack = (Stack){ old.sp, old.sp + old.size };
		fixguard(mp->gsignal, StackGuard, 0);
		mp->newSigstack = false;
	}
}

// The mask of the process's start, without the signals the runtime must get.
STEP void minitSignalMask(void)
{
	Sigset mask = getg()->m->sigmask;

	for (uint32_t sig = 1; sig < NSIG; sig++) {
		if (!blockableSig(sig))
			mask &= ~((Sigset)1 << (sig - 1));
	}
	if (Libc)
		mask = minitLibraryMask(mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

STEP void signalstack(const Stack *s)
{
	uintptr_t lo = s->lo + signaltail();
	Sigaltstack ss = { .sp = lo, .size = s->hi - lo };

	sigaltstack(&ss, NULL);
}

void unminit(void)
{
	Sigaltstack ss = { .flags = SS_DISABLE };

	if (getg()->m->newSigstack)
		sigaltstack(&ss, NULL);
}

void sigblock(void)
{
	Sigset all = ~(iscgo ? LibrarySigs : 0);

	sigprocmask(SIG_SETMASK, &all, NULL);
}
