// pthread_kill.c - a signal for a goroutine, wherever it is.
//
// Its handler shall run on the goroutine, and end what that waits for, as on a thread of the kernel's.
// So the signal becomes a bit in the goroutine's area (sent). The goroutine takes that, and has the
// kernel send the signal to the thread that it is on:
//
//	parked at the gate or in futextable.c	it is woken; what it waits for begins again, unless a
//						handler without SA_RESTART has run (takesent)
//	running, in a system call,		in SIGURG's handler, or when it comes to the gate,
//	in rt_cgocall, in a handler		leaves it, or is about to wait
//	about to run				so, too
//
//	pthread_kill                            goroutine
//	 1 sets the bit                          1 stores the number of its wait, or is in a queue
//	 2 claims that wait, or looks for it     2 looks at the bits
//	   in the queues
//
// A goroutine that waits in rt.h, or at a barrier, is not woken: then the signal goes to the process,
// unless the goroutine has taken it by then. (If it is only about to wait there, it takes the signal
// when it is back.) One that the process's mask blocks goes to the process, too.
//
// Unyielding: handlers call it, and threads that have no G.
//
// built: unyielding
#include <asm-generic/errno.h>
#include <asm/unistd.h>

#include "cgo/area.h"
#include "cgo/futextable.h"
#include "cgo/gate.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/sigtable.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sig/sig.h"
#include "runtime/sync/waiter.h"

int pthread_kill(Area *a, int sig);

// ---- the goroutine's side -----------------------------------------------------------

// Takes sig, if it was sent.
static bool takesignal(Area *a, uint32_t sig)
{
	Sigset bit = sigbit(sig);

	return (atomic_load_relaxed(&a->sent) & bit) &&
	       (atomic_and(&a->sent, ~bit) & bit); // pairs with sendtogoroutine
}

// One by one: a handler may jump out of this. What comes to an ended goroutine is lost with it.
void takesent(void)
{
	Area *a = getarea();

	for (uint32_t sig = 1; sig < NSIG && anysent(a); sig++) {
		if (takesignal(a, sig) && !(a->flags & AreaLeaving))
			killself((int)sig);
	}
}

// Returns the goroutine that gp is code of: its own, that of a function of rt_cgocall's, or a handler
// that has interrupted these. NULL for the scheduler's.
static const G *codeof(const G *gp)
{
	const M *mp = gp->m;
	const Handling *h = mp->handling;

	if (gp == mp->gsignal && h) {
		while (h->outer)
			h = h->outer;
		gp = h->gp;
	}
	return gp == mp->curg || gp == mp->gcgo ? mp->curg : NULL;
}

// All signals are blocked until SIGURG's handler returns. They come to the goroutine then. Those that
// it has blocked wait where they are, unless the thread is its own.
void sentsignal(const G *gp, Sigset blocked)
{
	Area *a;

	gp = codeof(gp);
	a = gp ? gp->area : NULL;
	if (!a || !anysent(a) || !goroutineof(a))
		return;
	for (uint32_t sig = 1; sig < NSIG; sig++) {
		if ((!(blocked & sigbit(sig)) || (a->flags & AreaMasked)) && takesignal(a, sig))
			killthread(gettid(), (int32_t)sig);
	}
}

// ---- the sender's -------------------------------------------------------------------

// Ends gp's wait, if it is one that may end.
static bool wakesent(G *gp)
{
	uint32_t wait = atomic_load_seqcst(&gp->area->wait); // pairs with parked

	if (!(wait & AwaitsSignals) && wait && atomic_cas(&gp->selectDone, wait, wait | 1)) {
		gp->param = gp; // tells await2
		futexreadyone(gp);
		return true;
	}
	return !inhandler() && futexsend(gp->area);
}

// Leaves the signal with gp, which takes it when it is awake. False: nobody knows when.
static bool sendtogoroutine(G *gp, int sig)
{
	Sigset bit = sigbit((uint32_t)sig);
	const M *mp;

	(void)atomic_or(&gp->area->sent, bit); // then looks; pairs with parked, sentbefore
	if (wakesent(gp))
		return true;
	if (atomic_load_seqcst(&gp->area->wait)) { // pairs with beginlook and endlook: it will look
		if (inhandler())
			futexsendlater();
		return true;
	}
	mp = atomic_load_acquire(&gp->m); // pairs with execute, or is late: then gp looks
	if (mp) {
		killthread((int32_t)atomic_load_acquire(&mp->procid), SIGURG);
		return true;
	}
	return readgstatus(gp) != Gwaiting ||
	       !(atomic_and(&gp->area->sent, ~bit) & bit);
}

static int64_t killprocess(int sig)
{
	return killcall(__NR_kill, (uint64_t)getpid(), sig);
}

static int64_t killon(const M *mp, int sig)
{
	uint64_t tid = atomic_load_acquire(&mp->procid); // 0: it has ended; with setupthread
	int64_t r = tid == 0 ? -ESRCH :
	                       plaincall(&(Call){ __NR_tgkill, { (uint64_t)getpid(), tid,
	                                                         (uint64_t)sig } });

	return r == -ESRCH ? killprocess(sig) : r;
}

// In a forked child the Gs are the parent's, and so are the numbers of their threads.
static int64_t killgoroutine(G *gp, int sig)
{
	const M *own = atomic_load_acquire(&gp->lockedm); // pairs with nothing: it may move
	Sigset old;
	bool sent;
	M *mp;

	if (getg() && gp == getg()->m->curg)
		return killself(sig);
	if (inforkedchild)
		return -ESRCH;
	if ((uint32_t)sig >= NSIG)
		return -EINVAL;
	if (sig == 0 || atomic_load_acquire(&gp->area->detachstate) == AreaExited)
		return 0; // it has ended, and has not been joined; pairs with exited
	if (!own && commonblocks(sig))
		return killprocess(sig);
	changemask(SIG_BLOCK, ~LibrarySigs, &old);
	mp = getg() ? acquirem() : NULL; // the caller stays on this thread
	sent = sendtogoroutine(gp, sig); // a handler's jump out of it would lose gp, or a lock
	if (mp)
		releasem(mp);
	leavemask(old);
	if (sent)
		return 0;
	return own ? killon(own, sig) : killprocess(sig);
}

int pthread_kill(Area *a, int sig)
{
	G *gp = goroutineof(a);
	int64_t r;

	if (gp) {
		r = killgoroutine(gp, sig);
	} else {
		r = threadcall(a, false, __NR_tkill, (uint64_t)sig, 0);
		if (r == -ESRCH && (uint32_t)sig < NSIG)
			r = 0; // it has ended, and has not been joined
	}
	yieldwhenwanted(); // a loop of this would never be interrupted
	return (int)-r;
}
