// stw.c - stopping the world: no P runs anything but the one that asked.
//
// sched.gcwaiting is the request; every M checks it in each round of the scheduler and when
// it enters a system call. sched.stopwait counts the Ps that have not stopped. A P that runs
// something stops in one of five ways:
//
//	its M sees the request in the scheduler, and sleeps             gcstopm
//	its M sees the request after it has lent the P                  stoplent
//	an M hands it off: its own, or one that took it from a call     handoffp
//	the M that stops the world takes it out of a system call        stopsyscalls
//	the M that stops the world takes it off the idle list           stopTheWorldWithSema
//
// In the first three the last P's M wakes the M that stops the world. The other M's own P stops
// at once.
//
// Follows Go's proc.go (stopTheWorldWithSema, startTheWorldWithSema, forEachP).
//
// built: unchecked
#include "include/rt.h"
#include "runtime/base/replay.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/search.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/sysmon.h"
#include "runtime/sched/wake.h"
#include "runtime/sched/yieldcheck.h"

enum { RetryStop = 100 * 1000 }; // ns

// One goroutine at a time stops the world; the others park, in order.
static struct {
	bool held;
	Gqueue waiters;
} worldsema; // under sched.lock

static bool enqueueworld(G *gp, void *unused)
{
	(void)unused;
	lock(&sched.lock);
	if (!worldsema.held) {
		worldsema.held = true;
		unlock(&sched.lock);
		return false; // it is ours: do not park
	}
	gqueuePushBack(&worldsema.waiters, gp);
	unlock(&sched.lock);
	return true;
}

static void worldacquire(void)
{
	gopark(enqueueworld, NULL, WaitReasonStoppingTheWorld);
}

static void worldrelease(void)
{
	G *gp;

	lock(&sched.lock);
	gp = gqueuePop(&worldsema.waiters); // it goes to the first waiter, still held
	if (!gp)
		worldsema.held = false;
	unlock(&sched.lock);
	if (gp)
		ready(gp, false);
}

static void haltiffreezing(void)
{
	if (unlikely(atomic_load_acquire(&sched.freezing)))
		haltm();
}

// ---- the five ways ------------------------------------------------------------------

// Stops pp, which is in this M's hands, for the M that stops the world, and wakes that M if it
// waits for no other P.
void pstopped(P *pp)
{
	atomic_store_relaxed(&pp->status, (uint32_t)Pgcstop);
	if (--sched.stopwait == 0)
		notewakeup(&sched.stopnote);
}

// Stops this M: it gives up its P, and sleeps until startm has a P for it.
void gcstopm(void)
{
	M *mp = getg()->m;
	P *pp;

	if (!worldstops())
		throw("gcstopm: not waiting for gc");
	if (isspinning(mp))
		stopspinning(mp); // startTheWorld looks after the wake-ups
	pp = releasep();
	lock(&sched.lock);
	pstopped(pp);
	unlock(&sched.lock);
	stopm();
}

// Stops pp, which this M has lent, unless another M has taken it.
void stoplent(P *pp)
{
	lock(&sched.lock);
	if (sched.stopwait > 0 && takesyscallp(pp, Pgcstop))
		pstopped(pp);
	unlock(&sched.lock);
}

// Stops pp, which is in the hands of this M, the one that stops the world.
static void stopp(P *pp) HOLDS(sched.lock);
static void stopp(P *pp)
{
	atomic_store_relaxed(&pp->status, (uint32_t)Pgcstop);
	sched.stopwait--;
}

// Takes the Ps whose Ms are in system calls. Returns how many.
static int32_t stopsyscalls(void) HOLDS(sched.lock);
static int32_t stopsyscalls(void)
{
	int32_t n = 0;

	for (int32_t i = 0; i < gomaxprocs; i++) {
		P *pp = allp[i];

		if (isinsyscall(pp) && takesyscallp(pp, Pgcstop)) {
			stopp(pp);
			n++;
		}
	}
	return n;
}

// Waits for the Ps that run something. An M may have entered a system call without having seen
// gcwaiting, because its check is not fenced: that would cost every call. So this checks the
// system calls again and again.
static void waitforstop(void)
{
	while (!notetsleep(&sched.stopnote, RetryStop)) {
		bool stopped;

		haltiffreezing();
		lock(&sched.lock);
		// If we brought it to 0 ourselves, no M wakes the note.
		stopped = stopsyscalls() > 0 && sched.stopwait == 0;
		unlock(&sched.lock);
		if (stopped)
			return;
		preemptall();
	}
	noteclear(&sched.stopnote);
}

// Returns what is wrong, or NULL.
static const char *notstopped(void)
{
	if (atomic_load_acquire(&sched.stopwait) != 0) // pairs with freezetheworld
		return "stopTheWorld: not stopped (stopwait != 0)";
	for (int32_t i = 0; i < gomaxprocs; i++) {
		if (allp[i]->status != Pgcstop)
			return "stopTheWorld: not stopped (status != Pgcstop)";
	}
	return NULL;
}

// ---- stopping and starting ----------------------------------------------------------

static void stopTheWorldWithSema(void *unused)
{
	P *pp = getg()->m->p;
	const char *bad;
	bool wait;

	(void)unused;
	if (getg()->m->locks > 0)
		throw("stopTheWorld: holding locks");
	lock(&sched.lock);
	sched.stopwait = gomaxprocs;
	atomic_xchg(&sched.gcwaiting, 1);
	preemptall();
	stopp(pp); // our own
	stopsyscalls();
	while ((pp = pidleget()))
		stopp(pp);
	wait = sched.stopwait > 0;
	unlock(&sched.lock);
	if (wait)
		waitforstop();

	bad = notstopped();
	// Only now: a dying M sets freezing first, so what it has changed is not taken for an
	// error. If it comes later, startTheWorld sees it.
	haltiffreezing();
	if (bad)
		throw(bad);
}

// Starts the Ps that procresize found to have work.
static void startps(P *pp)
{
	while (pp) {
		P *next = pp->link; // startm's M may put pp on the idle list

		startm(pp, false);
		pp = next;
	}
}

static void startTheWorldWithSema(void *unused)
{
	M *mp = acquirem(); // a P in a local
	int32_t procs;
	P *runnable;

	(void)unused;
	if (netpollinited()) {
		Gqueue list = netpoll(0);

		injectglist(&list);
	}
	lock(&sched.lock);
	procs = newprocs ? newprocs : gomaxprocs;
	newprocs = 0;
	runnable = procresize(procs);
	atomic_xchg(&sched.gcwaiting, 0);
	// Pairs with freezetheworld, which sets freezing, then gcwaiting: this sees
	// freezing, or gcwaiting is set after it was cleared here.
	if (unlikely(atomic_load_acquire(&sched.freezing))) {
		atomic_store_release(&sched.gcwaiting, 1);
		unlock(&sched.lock);
		haltm();
	}
	wakesysmon();
	unlock(&sched.lock);
	startps(runnable);
	wakep(); // there may be more work than those can see
	releasem(mp);
}

// Parks the goroutine until the world is its own.
void stopTheWorld(const char *reason)
{
	worldacquire();
	getg()->m->preemptoff = reason;
	systemstack(stopTheWorldWithSema, NULL);
}

void startTheWorld(void)
{
	systemstack(startTheWorldWithSema, NULL);
	getg()->m->preemptoff = NULL;
	worldrelease();
}

// ---- running something on every P ---------------------------------------------------

static void safepointdone(void) HOLDS(sched.lock);
static void safepointdone(void)
{
	if (--sched.safePointWait == 0)
		notewakeup(&sched.safePointNote);
}

// Runs the function for this M's P, in a round of its scheduler or before a system call, unless
// forEachP does that because the P was idle or in a system call.
void runSafePointFn(void)
{
	P *pp = getg()->m->p;

	if (!atomic_cas(&pp->runSafePointFn, 1, 0))
		return;
	sched.safePointFn(pp);
	lock(&sched.lock);
	safepointdone();
	unlock(&sched.lock);
}

// Runs the function for pp, which is in the caller's hands, if that is wanted.
void safepointfor(P *pp)
{
	if (safepointwanted(pp) && atomic_cas(&pp->runSafePointFn, 1, 0)) {
		sched.safePointFn(pp);
		safepointdone();
	}
}

static void safepointsyscalls(void)
{
	for (int32_t i = 0; i < gomaxprocs; i++) {
		P *pp = allp[i];

		if (isinsyscall(pp) && safepointwanted(pp) && takesyscallp(pp, Pidle))
			handoffp(pp);
	}
}

// Calls fn(p) for every P at a point where it runs nothing: by itself in its scheduler, by
// us for idle ones. The caller holds the world's semaphore or is otherwise alone.
void forEachP(void (*fn)(P *))
{
	M *mp = acquirem();
	P *self = mp->p;
	bool wait;

	lock(&sched.lock);
	if (sched.safePointWait != 0)
		throw("forEachP: sched.safePointWait != 0");
	sched.safePointWait = gomaxprocs - 1;
	sched.safePointFn = fn;
	for (int32_t i = 0; i < gomaxprocs; i++) {
		if (allp[i] != self)
			atomic_xchg(&allp[i]->runSafePointFn, 1);
	}
	preemptall();
	// Ps that become idle from now on see runSafePointFn (handoffp, findrunnable).
	for (P *pp = sched.pidle; pp; pp = pp->link) {
		if (atomic_cas(&pp->runSafePointFn, 1, 0)) {
			fn(pp);
			sched.safePointWait--;
		}
	}
	wait = sched.safePointWait > 0;
	unlock(&sched.lock);
	fn(self);

	while (wait) {
		haltiffreezing();
		safepointsyscalls();
		if (notetsleep(&sched.safePointNote, RetryStop)) {
			noteclear(&sched.safePointNote);
			break;
		}
		preemptall();
	}
	if (sched.safePointWait != 0)
		throw("forEachP: not done");
	releasem(mp);
}

// ---- the process dies ---------------------------------------------------------------

// Is stopTheWorld for a thread that will report why the process dies: without locks, best
// effort, and never undone. Another M may be stopping or starting the world: it checks freezing
// before it relies on its counts, and after it has cleared gcwaiting.
void freezetheworld(void)
{
	atomic_xchg(&sched.freezing, 1);
	atomic_xchg(&sched.stopwait, FreezeStopWait);
	atomic_xchg(&sched.gcwaiting, 1);
	if (REPLAYING)
		return; // nobody else has a P
	for (int32_t i = 0; i < 5; i++) {
		if (!preemptall())
			break;
		usleep(1000);
	}
	usleep(1000);
	preemptall();
	usleep(1000);
}

// ---- interface ----------------------------------------------------------------------

int rt_gomaxprocs(int n)
{
	int32_t old;

	preemptcheck();
	n = min(n, MaxProcs);
	lock(&sched.lock);
	old = gomaxprocs;
	unlock(&sched.lock);
	if (n <= 0 || n == old || REPLAYING)
		return old;
	stopTheWorld("GOMAXPROCS");
	newprocs = n;
	trace(TraceProcs, (uint32_t)n);
	startTheWorld();
	return old;
}
