// wake.c - threads that sleep because they have no work, and waking them.
//
// Unyielding: between pidleget and notewakeup startm alone knows the P. A goroutine that
// yielded there would take it off to a queue, and stopTheWorld would wait for that P
// forever.
//
// Follows Go's proc.go (stopm, startm, handoffp, wakep). At most one M at a time is woken to
// spin: it wakes the next when it has found something (resetspinning). So few threads wake
// unnecessarily, and yet all Ps are reached.
//
// built: unyielding
#include "machine.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/m.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/search.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/wake.h"

// ---- idle Ms, under sched.lock ------------------------------------------------------

void mput(M *mp)
{
	mp->schedlink = sched.midle;
	sched.midle = mp;
	sched.nmidle++;
	checkdead();
}

M *mget(void)
{
	M *mp = sched.midle;

	if (mp) {
		sched.midle = mp->schedlink;
		sched.nmidle--;
	}
	return mp;
}

void incidlelocked(int32_t v)
{
	lock(&sched.lock);
	sched.nmidlelocked += v;
	if (v > 0)
		checkdead();
	unlock(&sched.lock);
}

// ---- sleeping -----------------------------------------------------------------------

// Sleeps until wakem has a P for this M, and takes it.
void parkm(uint32_t why)
{
	M *mp = getg()->m;

	trace2(TracePark, why, 0);
	notesleep(&mp->park);
	noteclear(&mp->park);
	acquirep(takeleft(mp));
}

// Puts this M, which is to sleep, on the idle list.
static void idlem(M *mp)
{
	if (mp->locks != 0)
		throw("stopm holding locks");
	if (mp->p)
		throw("stopm holding p");
	if (isspinning(mp))
		throw("stopm spinning");
	lock(&sched.lock);
	mput(mp);
	unlock(&sched.lock);
}

// Sleeps until startm has a P for this M, and takes it. The wake-up cannot be lost, because
// it is a note, set by the M that took this one off the list.
void stopm(void)
{
	idlem(getg()->m);
	parkm(0);
}

// As stopm, and mp, which sleeps in parkm, gets pp. This M is on the idle list first: mp finds it
// there when it needs an M in its turn, and makes no other.
void stopmfor(M *mp, P *pp)
{
	idlem(getg()->m);
	wakem(mp, pp);
	parkm(0);
}

// ---- waking -------------------------------------------------------------------------

// Begins an M that was created to spin.
static void mspinning(void)
{
	takeclaim(getg()->m);
}

typedef struct {
	P *pp;
	int64_t id;
	bool spins;
} NewM;

static COLD void newmfn(void *arg)
{
	const NewM *r = arg;

	newm(r->spins ? mspinning : NULL, r->pp, r->id);
}

// Wakes mp, which sleeps in parkm and must take pp.
void wakem(M *mp, P *pp)
{
	leavefor(mp, pp);
	notewakeup(&mp->park);
}

// Gives pp, or an idle P, to an idle or new M. spinning: the M shall spin, and the caller has
// made a claim for it, which is dropped if there is no P.
void startm(P *pp, bool spinning)
{
	M *mp;

	lock(&sched.lock);
	if (!pp) {
		pp = pidleget();
		if (!pp) {
			// Before the unlock, so that an M that idles a P afterwards sees no
			// spinning M.
			if (spinning)
				dropclaim();
			unlock(&sched.lock);
			return;
		}
	}
	mp = mget();
	if (!mp) {
		// Count the new M before the lock is released, or checkdead could see a P
		// that is not idle and has no M.
		NewM r = { .pp = pp, .id = mReserveID(), .spins = spinning };

		unlock(&sched.lock);
		systemstack(newmfn, &r); // too deep for a small stack
		return;
	}
	unlock(&sched.lock);
	if (isspinning(mp))
		throw("startm: m is spinning");
	if (spinning && !runqempty(pp))
		throw("startm: p has runnable gs");
	if (spinning)
		takeclaim(mp);
	wakem(mp, pp);
}

// The rest of wakep, when a P is idle.
void wakeidle(void)
{
	if (nwanting() > 0 && nspinning() == 0 && claimspinning())
		startm(NULL, true);
}

// Called by sysmon when work waits behind a goroutine that has used up its time slice. Any idle P
// will do, also one for which there is no processor: the kernel's time slices share the processors
// better then. A late value of npidle does no harm, because sysmon calls again after the next slice.
void wakesurplus(void)
{
	if (atomic_load_relaxed(&sched.npidle) > 0 && nspinning() == 0 && claimspinning())
		startm(NULL, true);
}

// Called for a timer that may be earlier than the poller's timeout: breaks its wait. If no M
// is polling, the next M that runs out of work will.
void wakeNetPoller(int64_t when)
{
	// The caller has published timer0When and released the lock since. Pairs with takepoll,
	// after which timeSleepUntil looks.
	if (!pollerinside())
		wakep();
	else if (polllasts(when))
		netpollBreak();
}

// Stops spinning, because this M has found something. If it was the last that spun, another
// takes over, since there may be more work than for one.
void resetspinning(void)
{
	M *mp = getg()->m;

	if (!isspinning(mp))
		throw("resetspinning: not a spinning m");
	stopspinning(mp);
	wakep();
}

// ---- handing off a P ----------------------------------------------------------------

// Returns whether pp has work. Must check all that findrunnable checks.
static bool hasjob(P *pp)
{
	return !runqempty(pp) || atomic_load_relaxed(&sched.runqsize) != 0;
}

// Claims a spinning M if none spins and no P wants work: the others are busy, and there may be
// more work than we know.
static bool searchwanted(void)
{
	return nspinning() + nwanting() == 0 && claimspinning();
}

// Decides about pp, which no M owns. Returns true if the caller must start an M for it;
// otherwise pp has stopped or is idle.
static bool placep(P *pp) HOLDS(sched.lock);
static bool placep(P *pp)
{
	if (worldstops()) {
		pstopped(pp);
		return false;
	}
	safepointfor(pp);
	if (sched.runqsize != 0)
		return true;
	// The last running P, and no M polls the network.
	if (atomic_load_relaxed(&sched.npidle) == (uint32_t)gomaxprocs - 1 &&
	    !pollerinside())
		return true;
	pidleput(pp);
	return false;
}

// The runtime's start makes goroutines, and waits for them: they run on the M that takes over
// main's P then. A second M would find nothing, so none is woken meanwhile: a claim says that
// one searches.
void beginstart(void)
{
	addclaim();
}

// The claim suppressed wakep, so what has come meanwhile is looked for here. Only the runtime's
// own goroutines were made, all on main's P, which is this M's again: no other has some.
void endstart(void)
{
	dropclaim();
	if (hasjob(getg()->m->p))
		wakep();
}

// Hands off the P of an M that will sleep or is in a system call.
void handoffp(P *pp)
{
	int64_t when;
	bool start;

	if (hasjob(pp)) {
		startm(pp, false);
		return;
	}
	if (searchwanted()) {
		startm(pp, true);
		return;
	}
	when = atomic_load_relaxed(&pp->timer0When);
	lock(&sched.lock);
	start = placep(pp);
	unlock(&sched.lock);
	if (start) {
		startm(pp, false);
		return;
	}
	if (when != 0) // its timers are now the poller's business
		wakeNetPoller(when);
}
