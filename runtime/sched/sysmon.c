// sysmon.c - the monitor: a thread without a P that looks after the others.
//
// It takes Ps back from Ms that stay in a system call, asks goroutines to yield that have
// run for 10 ms, polls the network when no other M does, and starts an M when a timer is
// overdue. It wakes every 20 us while there is something to do, more and more rarely when
// there is not (up to 10 ms), and sleeps when all Ps are idle.
//
// Follows Go's proc.go (sysmon, retake).
//
// built: unchecked
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/gcwork.h"
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
#include "runtime/sched/timer.h"
#include "runtime/sched/wake.h"

enum {
	ForcePreemptNS = 10 * 1000 * 1000,
	PollPeriod = 10 * 1000 * 1000,
	MinDelay = 20, MaxDelay = 10 * 1000, // us
	IdleRounds = 50,
	TimerGrace = 75 * 1000,      // a P that schedules runs a due timer within this
	TimerRetry = 250 * 1000,     // asking again, if it did not
	NotDue = 30 * 1000 * 1000,   // three times as long as it sleeps
	WatchTimers = 20 * 1000 * 1000,
};
static const int64_t forcegcperiod = 2 * 60 * (int64_t)1000000000;

// ---- taking Ps back -----------------------------------------------------------------

// The P of a system call is taken after a tick of sysmon, or when its time slice is over
// (many short calls in one slice); but it stays, up to 10 ms, if it has nothing to do and
// others are looking for work, or idle Ps want some. Surplus Ps want none: as long as a P in a call
// counts as busy, work that arrives wakes nobody for the processor that the call does not use.
static bool retakesyscall(P *pp, int64_t now, bool over) HOLDS(allpLock);
static bool retakesyscall(P *pp, int64_t now, bool over)
{
	Sysmontick *pd = &pp->sysmontick;
	bool taken;

	if (!over && pd->syscalltick != pp->syscalltick) {
		pd->syscalltick = pp->syscalltick;
		pd->syscallwhen = now;
		return false;
	}
	if (runqempty(pp) &&
	    nspinning() + nwanting() > 0 &&
	    pd->syscallwhen + ForcePreemptNS > now)
		return false;
	unlock(&allpLock); // handoffp takes sched.lock, which comes first in the order
	// Until handoffp has placed the P, it has no M: checkdead must not see that.
	incidlelocked(-1);
	taken = takesyscallp(pp, Pidle);
	if (taken)
		handoffp(pp);
	incidlelocked(1);
	lock(&allpLock);
	return taken;
}

// Has pp been running in one time slice for too long?
static bool sliceover(P *pp, int64_t now)
{
	Sysmontick *pd = &pp->sysmontick;

	if (pd->schedtick != pp->schedtick || pd->schedwhen == 0) { // 0: never looked at
		pd->schedtick = pp->schedtick;
		pd->schedwhen = now;
		return false;
	}
	return pd->schedwhen + ForcePreemptNS <= now;
}

// ---- timers on busy Ps ---------------------------------------------------------------
//
// A P looks at its timers in each round of its scheduler. One that runs a goroutine for
// long does not, and if no other P is idle, nobody steals them. So a due timer is a reason
// to preempt. While there are such Ps, sysmon sleeps no longer than until the next timer;
// it does not do so all the time, since a busy program has timers due all the time.

// To read the clock in each round would be a tenth of what the round costs.
// sched.notDueAfter spares it: what is due later than that is not due yet. sysmon moves it
// ahead; while it sleeps for long, the Ps read the clock. If the kernel keeps sysmon from
// running, a P that has work looks every 61st round, and the poller when it is to wait.
// Relaxed: an old value is that of a sysmon that came late, and a P that was idle while it
// slept passes sched.lock on its way back, under which deepsleep has stored INT64_MAX.
static void spareclock(int64_t now)
{
	int64_t until = atomic_load_relaxed(&sched.notDueAfter);

	if (until == INT64_MAX || until < now + NotDue / 3 * 2) // all Ps read that line
		atomic_store_relaxed(&sched.notDueAfter, now + NotDue);
}

static int64_t watchuntil; // until when the timers decide how long sysmon sleeps

static void preemptfortimer(P *pp, int64_t now)
{
	int64_t when = atomic_load_relaxed(&pp->timer0When);

	if (when == 0 || when + TimerGrace > now ||
	    pp->sysmontick.timerwhen + TimerRetry > now)
		return;
	pp->sysmontick.timerwhen = now;
	watchuntil = now + WatchTimers;
	preemptone(pp, PreemptForTimer);
}

// How long to sleep when there is no timer: delay.
static uint32_t untiltimer(uint32_t delay, int64_t now)
{
	int64_t next = timeSleepUntil(), us;

	if (now > watchuntil || next == INT64_MAX)
		return delay;
	us = (next + TimerGrace - now) / 1000;
	return (uint32_t)max((int64_t)MinDelay, min((int64_t)delay, us));
}

// ---- all of it 

// Does work wait behind the goroutine that pp runs? Without surplus Ps that is wakep's concern.
static bool workbehind(P *pp)
{
	return atomic_load_relaxed(&sched.nsurplus) > 0 &&
	       (!runqempty(pp) || atomic_load_relaxed(&sched.runqsize) != 0);
}

// Returns how many Ps were taken.
static int32_t retake(int64_t now)
{
	int32_t n = 0;
	bool behind = false;

	// allp must not be replaced while we look at it.
	lock(&allpLock);
	for (int32_t i = 0; i < allplen; i++) {
		P *pp = allp[i];
		uint32_t s;
		bool over;

		if (!pp) // procresize has grown the array and not filled it yet
			continue;
		s = statusof(pp);
		if (s != Prunning && s != Psyscall)
			continue;
		over = sliceover(pp, now);
		if (over) {
			watchuntil = now + WatchTimers;
			behind |= workbehind(pp);
			preemptone(pp, PreemptSlice); // has no effect in a system call
		} else if (s == Prunning) {
			preemptfortimer(pp, now);
		}
		if (s == Psyscall && retakesyscall(pp, now, over))
			n++;
	}
	unlock(&allpLock);
	if (behind)
		wakesurplus();
	return n;
}

// ---- sleeping -----------------------------------------------------------------------

static bool idle(void)
{
	return worldstops() ||
	       (atomic_load_relaxed(&sched.npidle) == (uint32_t)gomaxprocs &&
	        !atomic_load_relaxed(&scavengehint));
}

void wakesysmon(void)
{
	if (!sched.sysmonwait)
		return;
	atomic_store_relaxed(&sched.sysmonwait, 0);
	sched.sysmondeep = false;
	notewakeup(&sched.sysmonnote);
}

// All Ps are idle: sleeps until the next timer is due, or one of them makes a system call: the
// M that took it off the idle list sees sysmonwait, which is set under its lock. If one was
// taken off a short time ago, more will be: then it sleeps for no longer than a goroutine may
// run. Otherwise pidleget wakes it. So a program that runs again and again for a moment does not
// pay for that.
static bool deepsleep(int64_t now)
{
	int64_t next;
	bool slept = false;

	lock(&sched.lock);
	if (idle()) {
		next = min(timeSleepUntil(), nextlook());
		if (next > now) {
			atomic_store_relaxed(&sched.notDueAfter, INT64_MAX);
			atomic_store_relaxed(&sched.sysmonwait, 1);
			sched.sysmondeep = !sched.pidletaken;
			if (!sched.sysmondeep)
				next = min(next, now + ForcePreemptNS);
			sched.pidletaken = false;
			unlock(&sched.lock);
			if (notetsleep(&sched.sysmonnote, min(next - now, forcegcperiod / 2)))
				looksoon(nanotime());
			lock(&sched.lock);
			atomic_store_relaxed(&sched.sysmonwait, 0);
			sched.sysmondeep = false;
			noteclear(&sched.sysmonnote);
			slept = true;
		}
	}
	unlock(&sched.lock);
	return slept;
}

// The network, if no M polled it for 10 ms.
static void pollforothers(int64_t now)
{
	Gqueue list;

	if (!netpollinited() || !pollisdue(now, PollPeriod))
		return;
	// The goroutines on the list wait for nothing any more, and the Ms that injectglist
	// starts might run and sleep again before it returns. Counts sysmon as running
	// meanwhile, or checkdead would see a deadlock.
	incidlelocked(-1);
	list = netpoll(0);
	injectglist(&list);
	incidlelocked(1);
}

// The heap has much free memory.
static void helpscavenger(void)
{
	if (!atomic_load_relaxed(&scavengehint))
		return;
	// Pairs with scavengepark: it sees the cause of the hint, or we see it parked.
	atomic_xchg(&scavengehint, 0);
	incidlelocked(-1); // as in the poll of the network
	wakescavenger();
	incidlelocked(1);
}

// Nothing has been collected for two minutes.
static void forceifdue(int64_t now)
{
	int64_t last = atomic_load_relaxed(&lastgc);

	if (likely(last == 0 || last + forcegcperiod > now) || !atomic_load_relaxed(&forcegc.idle))
		return;
	incidlelocked(-1); // as in the poll of the network
	workerwake(&forcegc);
	incidlelocked(1);
}

// A line, or many, every so many milliseconds that GODEBUG=schedtrace says; the first at once.
static void traceifdue(int64_t now)
{
	static int64_t lasttrace;

	if (lasttrace + debug.schedtrace * (int64_t)1000000 > now)
		return;
	lasttrace = now;
	lock(&sched.lock);
	schedtrace(debug.scheddetail > 0);
	unlock(&sched.lock);
}

void sysmon(void)
{
	uint32_t idlerounds = 0, delay = 0;
	int64_t now = nanotime();

	looksoon(now);
	lock(&sched.lock);
	sched.nmsys++;
	checkdead();
	unlock(&sched.lock);
	for (;;) {
		if (idlerounds == 0)
			delay = MinDelay;
		else if (idlerounds > IdleRounds)
			delay *= 2;
		delay = min(delay, (uint32_t)MaxDelay);
		usleep(untiltimer(delay, now));

		if (unlikely(atomic_load_relaxed(&sched.freezing)))
			haltm(); // it would start Ms for Ps that may not run
		helpscavenger();
		now = nanotime();
		forceifdue(now);
		lookatwaiting(now);
		if (debug.schedtrace <= 0 && idle() && deepsleep(now)) {
			idlerounds = 0;
			delay = MinDelay;
			now = nanotime();
		}
		spareclock(now);
		pollforothers(now);
		if (timeSleepUntil() < now)
			startm(NULL, false); // overdue: its P is busy, or has no M
		if (retake(now) > 0)
			idlerounds = 0;
		else
			idlerounds++;
		if (debug.schedtrace > 0 && panicking == 0)
			traceifdue(now);
	}
}
