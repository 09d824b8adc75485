// lock.c - a sleeping lock between threads, on one futex word.
//
// Follows Go's lock_futex.go. key is 0 (unlocked), 1 (locked) or 2 (locked, and Ms may
// sleep). An M that has slept acquires the lock as 2, because others may still sleep.
//
// Unyielding: lock and unlock count on the M that they found at their start, also before the
// count keeps the goroutine there.
//
// built: unyielding hot
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"

enum {
	Unlocked = 0, Locked = 1, Sleeping = 2,
	ActiveSpin = 4, ActiveSpinCount = 30, PassiveSpin = 1,
	ListedOfARank = 10,
	Unlisted = 0x100, // in the rank of a lock that is held and not in locksHeld
};

static Mutex *lastheld(const M *mp)
{
	return mp->locksHeldLen > 0 ? mp->locksHeld[mp->locksHeldLen - 1] : NULL;
}

// Debug builds: is l after all that this M holds in the lock order?
static void lockrankcheck(const M *mp, const Mutex *l)
{
	const Mutex *last = lastheld(mp);
	uint32_t rank = l->rank & ~(uint32_t)Unlisted; // another M may hold it, unlisted

	if (rank == RankNone || mp->dying)
		return;
	if (last && (last->rank > rank || (last->rank == rank && last >= l))) {
		print("lock order: rank %u taken while holding rank %u\n", rank, last->rank);
		throw("lock ordering problem");
	}
}

// It is ours now.
static void lockrankacquire(M *mp, Mutex *l)
{
	const Mutex *last = lastheld(mp);

	if (l->rank == RankNone || mp->dying)
		return;
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

static NOINLINE void lockslow(Mutex *l)
{
	uint32_t spin = ncpu > 1 ? ActiveSpin : 0;
	// Sleeping once we have slept: then the word must stay so until our own unlock, or
	// another sleeper is forgotten.
	uint32_t wait = Locked;

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
		// Memory that was freed, or written over: it would never be unlocked.
		if (atomic_load_relaxed(&l->key) > Sleeping)
			throw("lock of what is no lock");
		// Pairs with unlock: it sees Sleeping and wakes us, or we see Unlocked and
		// have the lock.
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

	if (mp->locks++ < 0)
		throw("runtime·lock: lock count");
	if (Debug)
		lockrankcheck(mp, l);
	if (unlikely(!atomic_cas(&l->key, Unlocked, Locked))) // acquire: pairs with unlock
		lockslow(l);
	if (Debug)
		lockrankacquire(mp, l);
}

// Wakes an M that sleeps, if any; throws if l was not locked.
COLD void unlockslow(M *mp, Mutex *l)
{
	// Sleeping, less one: nobody has taken it meanwhile.
	if (atomic_xchg(&l->key, Unlocked) > Sleeping)
		throw("unlock of unlocked lock");
	if (mp->locks <= 0)
		throw("runtime·unlock: lock count");
	futexwakeup(&l->key, 1);
	releasem(mp);
}

// One lock sub, since its flags say all: 0 is left unless an M may sleep. The rare cases end
// in calls, so the common one keeps nothing on the stack.
UNCHECKED_LOCKS void unlock(Mutex *l)
{
	M *mp = getg()->m;

	if (Debug)
		lockrankrelease(mp, l);
	if (unlikely(atomic_xadd(&l->key, -1u) != Unlocked)) // release: pairs with lock
		return unlockslow(mp, l);
	if (unlikely(mp->locks <= 0))
		throw("runtime·unlock: lock count");
	releasem(mp);
}
