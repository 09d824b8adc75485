// lock.h - blocking an M: mutexes and notes of threads.
#ifndef RT0_LOCK_LOCK_H
#define RT0_LOCK_LOCK_H

#include "runtime/base/guard.h"
#include "runtime/runtime.h"

// The lock order: a lock may be acquired while holding only locks of lower ranks, or of the
// same rank at lower addresses; docs/locks.md has the reasons. Checked in the debug build, until
// an M dies: its report acquires the locks it needs with any locks held.
enum {
	RankNone, // not checked
	RankTraceback,
	RankSignal,
	RankSemaRoot,
	RankFutex, // cgo/
	RankTimer, // an rt_timer's
	RankCtx,
	RankHchan,
	RankPollDesc, // starts timers, which may wake an M
	RankGCWork,
	RankSched,
	RankAllp,
	RankAllg,
	RankGFree,
	RankPollTimer, // netpoll's free ones
	RankNetpollInit, // asked for by the first timer, too
	RankTimers,
	RankNewmHandoff,
	RankSudog,
	RankStackPool,
	RankFinalizer,
	RankManaged,
	RankSharedCache,
	RankHeap,
	RankPages, // mheap.lock
	RankAsyncState,
	RankPersistent,
	RankStack, // last: any function may need more stack
};

// A rank in an initializer. Only debug builds read it, and in others an object that is all zero
// takes no room in the file.
#define RANKED(rank) (Debug ? (rank) : RankNone)

// A mutex that is all zero is unlocked and has no rank.
ALWAYS_INLINE void lockInit(Mutex *l, uint32_t rank)
{
	l->rank = rank;
}

// ---- lock.c -------------------------------------------------------------------------

void lock(Mutex *l) ACQUIRES(*l);
void unlock(Mutex *l) RELEASES(*l);
void unlockslow(M *mp, Mutex *l);

// Are lock and unlock, inline, without a count in m->locks. For g0 alone, which no signal preempts,
// and where nothing in between calls a function that may yield.
ALWAYS_INLINE void shortlock(Mutex *l) ACQUIRES(*l);
ALWAYS_INLINE UNCHECKED_LOCKS void shortlock(Mutex *l)
{
	if (!Debug && likely(atomic_cas(&l->key, 0, 1))) // acquire: pairs with unlock
		return;
	lock(l);
	if (!Debug)
		getg()->m->locks--;
}

ALWAYS_INLINE void shortunlock(Mutex *l) RELEASES(*l);
ALWAYS_INLINE UNCHECKED_LOCKS void shortunlock(Mutex *l)
{
	if (Debug) {
		unlock(l);
	} else if (unlikely(atomic_xadd(&l->key, -1u) != 0)) { // release: pairs with lock
		getg()->m->locks++;
		unlockslow(getg()->m, l);
	}
}

// ---- note.c -------------------------------------------------------------------------

// A note is cleared, then slept on by at most one M and woken at most once; then it may
// be cleared again, when the sleeper has returned.
void noteclear(Note *n);
void notewakeup(Note *n);
void notesleep(Note *n); // on g0 only
// At most ns nanoseconds (ns < 0: no limit); true when woken.
bool notetsleep(Note *n, int64_t ns);

// ---- caller.c -----------------------------------------------------------------------

// Ends the process unless the function of the interface called name may be called where it
// was: on a goroutine; elsewhere but in a signal handler.
void nothandler(const char *name);
NORETURN void notgoroutine(const char *name);

// ---- pinning the goroutine to its M -------------------------------------------------

// Until releasem: no preemption, so that what belongs to this M and its P can be used.
ALWAYS_INLINE M *acquirem(void)
{
	M *mp = getg()->m;

	mp->locks++;
	compilerbarrier();
	return mp;
}

ALWAYS_INLINE void releasem(M *mp)
{
	G *gp = getg();

	compilerbarrier();
	mp->locks--;
	if (mp->locks == 0)
		keeprequest(gp);
}

// With a single P, its owner has exclusive access, until it yields, to data that is only
// touched by Ms holding a P: channels, mutexes. No locked instruction is needed there, and they would be a quarter of
// what an operation costs. The number of Ps does not change while one is not preempted. The
// debug build takes all locks, to check their order.
ALWAYS_INLINE bool onep(void)
{
	return (!Debug || Stress) && gomaxprocs == 1;
}

ALWAYS_INLINE void procyield(uint32_t n)
{
	while (n-- > 0)
		cpupause();
}

#endif
