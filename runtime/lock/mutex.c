// mutex.c - a sleeping lock between threads, on one futex word.
//
// Follows Go's lock_futex.go. key is 0 (unlocked), 1 (locked) or 2 (locked, and somebody
// may sleep). Whoever slept once takes the lock as 2, since others may sleep still.
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"

enum {
	Unlocked = 0, Locked = 1, Sleeping = 2,
	ActiveSpin = 4, ActiveSpinCount = 30, PassiveSpin = 1,
	ListedOfARank = 10,
	Unlisted = 0x100, // in the rank of a lock that is held and not in locksHeld
};

// Debug builds: is l after all that this M holds in the lock order?
static void lockrankacquire(M *mp, Mutex *l)
{
	Mutex *last = mp->locksHeldLen > 0 ? mp->locksHeld[mp->locksHeldLen - 1] : NULL;

	if (l->rank == RankNone || mp->dying)
		return;
	if (last && (last->rank > l->rank || (last->rank == l->rank && last >= l))) {
		print("lock order: rank %u taken while holding rank %u\n", l->rank,
		      last->rank);
		throw("lock ordering problem");
	}
	// A select holds the locks of all its channels: leave room for other locks.
	if (last && last->rank == l->rank && mp->locksHeldLen >= ListedOfARank) {
		l->rank |= Unlisted; // its holder's to write
		return;
	}
	if (mp->locksHeldLen == nelem(mp->locksHeld))
		throw("too many locks held concurrently");
	mp->locksHeld[mp->locksHeldLen++] = l;
}

// Locks need not be released in the order taken.
static void lockrankrelease(M *mp, Mutex *l)
{
	if (l->rank == RankNone || mp->dying)
		return;
	if (l->rank & Unlisted) {
		l->rank &= ~(uint32_t)Unlisted;
		return;
	}
	for (int32_t i = mp->locksHeldLen - 1; i >= 0; i--) {
		if (mp->locksHeld[i] != l)
			continue;
		for (mp->locksHeldLen--; i < mp->locksHeldLen; i++)
			mp->locksHeld[i] = mp->locksHeld[i + 1];
		return;
	}
	throw("unlock of a lock not held");
}

// wait is Locked, or Sleeping once we have slept: then the word must stay Sleeping until
// our own unlock, or another sleeper is forgotten.
static __attribute__((noinline)) void lockslow(Mutex *l, uint32_t wait)
{
	uint32_t spin = ncpu > 1 ? ActiveSpin : 0;

	for (;;) {
		for (uint32_t i = 0; i < spin + PassiveSpin; i++) {
			while (atomic_load_relaxed(&l->key) == Unlocked) {
				if (atomic_cas(&l->key, Unlocked, wait))
					return;
			}
			if (i < spin)
				procyield(ActiveSpinCount);
			else
				osyield();
		}
		// Pairs with unlock's xchg: it sees Sleeping and wakes us, or we see
		// Unlocked and have the lock.
		uint32_t v = atomic_xchg(&l->key, Sleeping);
		if (v == Unlocked)
			return;
		wait = Sleeping;
		futexsleep(&l->key, Sleeping, -1);
	}
}

UNCHECKED_LOCKS void lock(Mutex *l)
{
	M *mp = getg()->m;
	uint32_t v;

	if (mp->locks++ < 0)
		throw("runtime·lock: lock count");
	if (Debug)
		lockrankacquire(mp, l);
	// Acquire: pairs with unlock's xchg. An xchg may turn Sleeping into Locked; the
	// slow path then makes it Sleeping again.
	v = atomic_xchg(&l->key, Locked);
	if (unlikely(v != Unlocked))
		lockslow(l, v);
}

UNCHECKED_LOCKS void unlock(Mutex *l)
{
	M *mp = getg()->m;
	uint32_t v;

	if (Debug)
		lockrankrelease(mp, l);
	v = atomic_xchg(&l->key, Unlocked); // release; pairs with lock's acquire
	if (unlikely(v == Unlocked))
		throw("unlock of unlocked lock");
	if (v == Sleeping)
		futexwakeup(&l->key, 1);
	if (mp->locks <= 0)
		throw("runtime·unlock: lock count");
	releasem(mp);
}
