// mutex.c - mutual exclusion of goroutines.
//
//	state:	bit 0	locked
//		bit 1	duty: the unlocker must decide whether to wake a waiter. Unlocked: it
//			is deciding now
//		bit 2	starving
//		bit 8	woken: a waiter is awake and tries, no need to wake another
//		bit 9	deciding: what duty says of an unlocked mutex, when another has locked
//			it meanwhile
//		10..	waiters
//		(3..7	0: what is left of a byte in which unlock subtracts)
//
// A locked mutex has a duty when there are waiters, and it is not woken, starving or deciding:
// withduty. So unlock takes one from the lower byte, and if 0 is left there it has nothing
// else to do, and looks no more.
//
// In the normal mode a woken waiter competes with goroutines that just arrive, and usually
// loses, because they run already. That is fast, and one wake-up serves many lockings. A waiter
// of more than 1 ms turns the mutex to starving: then unlock hands it to the first waiter, and
// new ones queue up at the end. The waiter that gets it turns it back if it is the last, or has
// waited for less. It is never starving while an unlock is deciding: only a woken waiter sets
// starving, and while woken is set no other waiter is chosen.
//
//	waiters == goroutines in the queue or on their way to it, or (normal mode) one
//	more for each permit that unlock has taken off for a waiter and not yet given
//
// No wake-up is lost: a waiter counts itself in by the cas that finds the mutex locked. So the
// next unlock finds a duty; or a woken waiter, which will lock it or give it a duty; or an unlock
// that is deciding, and checks the state by the cas that ends it.
//
// The last goroutine to lock it may free it right after unlocking, even if another goroutine's
// unlock has not returned: that one accesses it again only while it is deciding, or to release a
// permit, which some waiter needs to continue. And while an unlock is deciding there is a waiter,
// and none may leave: whendecided.
//
// Follows Go's internal/sync/mutex.go, which has no such rule: the collector keeps a mutex.
//
// built: hot
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/search.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

enum {
	Locked = 1, Duty = 2, Starving = 4, Unused = 0xf8, Woken = 0x100, Deciding = 0x200,
	WaiterShift = 10, OneWaiter = 1 << WaiterShift, MaxWaiters = (1 << 22) - 1,
	StarvationThreshold = 1000 * 1000, // ns
	SpinCount = 120,                  // pauses before a waiter looks again, once
	DecideRounds = 4, DecideCount = 30,
};

// Is it worth while to wait for another thread to unlock? Only if one runs beside us, and
// nothing else waits for this P.
static bool canspin(void)
{
	if (ncpu <= 1)
		return false;
	if (gomaxprocs <= (int32_t)(atomic_load_relaxed(&sched.npidle) + nspinning()) + 1)
		return false;
	return runqempty(getg()->m->p);
}

// Bits 0 to 7. Where they are 0, Locked alone makes the state of a locked mutex, as taken
// does: if a mutex that is not locked, and not starving, has waiters, then one is awake or
// being chosen. Inline: with one P nothing may yield between a load and a store.
ALWAYS_INLINE uint8_t *lockbyte(rt_mutex *m)
{
	return (uint8_t *)&m->state;
}

// The state with its duty as it has to be; nobody is deciding by that bit.
ALWAYS_INLINE uint32_t withduty(uint32_t state)
{
	bool duty = (state & Locked) && state >> WaiterShift != 0 &&
	            !(state & (Woken | Starving | Deciding));

	return (state & ~(uint32_t)Duty) | (duty ? Duty : 0);
}

ALWAYS_INLINE bool deciding(uint32_t state)
{
	return (state & Deciding) || (state & (Duty | Locked)) == Duty;
}

// The state of a mutex that is not locked, with that.
ALWAYS_INLINE uint32_t taken(uint32_t old)
{
	return withduty(old | Locked | (deciding(old) ? Deciding : 0));
}

// The state, when nobody is deciding: that takes a few instructions.
static uint32_t whendecided(rt_mutex *m, uint32_t old)
{
	for (int32_t round = 0; deciding(old); round++) {
		if (round < DecideRounds)
			procyield(DecideCount);
		else
			osyield(); // the kernel may have stopped the deciding M
		old = atomic_load_relaxed(&m->state);
	}
	return old;
}

// The deadline has come. Under the root's lock, and no permit is there: if the count of
// waiters has this one still, take it off. If not, an unlock has: its permit will come. In
// the starving mode unlock leaves the count alone: there an unlocked mutex means that the
// permit of the first waiter will come, and a count of 1 that this is the first.
static bool cancellock(void *arg)
{
	rt_mutex *m = arg;
	uint32_t old = atomic_load_relaxed(&m->state), new;

	do {
		uint32_t n;

		old = whendecided(m, old);
		n = old >> WaiterShift;
		if (n == 0 || (n == 1 && (old & Starving) && !(old & Locked)))
			return false;
		new = old - OneWaiter;
		if (n == 1)
			new &= ~(uint32_t)Starving;
		new = withduty(new);
	} while (!atomic_cas_or_load(&m->state, &old, new));
	return true;
}

typedef struct {
	int64_t waitstart;
	bool starving, awoke, spun;
	uint32_t old;
} Locking;

// Spins a little if the state allows that. Reads the state once, at the end, where Go reads it
// four times, because each read takes the mutex's cache line from its holder.
static bool spin(rt_mutex *m, Locking *l)
{
	uint32_t old = l->old;

	if (l->spun || (old & (Locked | Starving)) != Locked || !canspin())
		return false;
	// Tell unlock not to wake another.
	if (!l->awoke && !(old & Woken) && old >> WaiterShift != 0 &&
	    atomic_cas(&m->state, old, withduty(old | Woken)))
		l->awoke = true;
	procyield(SpinCount);
	l->spun = true;
	l->old = atomic_load_relaxed(&m->state);
	return true;
}

static uint32_t wanted(const Locking *l)
{
	uint32_t old = l->old, new;

	if (!(old & (Locked | Starving)))
		new = taken(old);
	else if (old >> WaiterShift < MaxWaiters)
		new = old + OneWaiter;
	else
		fatal("sync: too many goroutines wait for a mutex");
	if (l->starving && (old & Locked))
		new |= Starving;
	if (l->awoke) {
		if (!(new & Woken))
			throw("sync: inconsistent mutex state");
		new &= ~(uint32_t)Woken;
	}
	return withduty(new);
}

// This waiter was handed the mutex. Locks it, and leaves the starving mode if it is the
// last or has waited for a short time.
static void takehandoff(rt_mutex *m, bool starving)
{
	uint32_t old = atomic_load_relaxed(&m->state), new;

	do {
		if ((old & (Locked | Woken)) || old >> WaiterShift == 0)
			throw("sync: inconsistent mutex state");
		new = old + Locked - OneWaiter;
		if (!starving || old >> WaiterShift == 1) // the others may have given up
			new -= Starving;
		new = withduty(new);
	} while (!atomic_cas_or_load(&m->state, &old, new));
}

static NOINLINE bool mutexlockslow(rt_mutex *m, int64_t when)
{
	SemaUntil until = { .when = when, .cancel = cancellock, .arg = m };
	Locking l = { .old = atomic_load_relaxed(&m->state) };

	for (;;) {
		bool again = l.waitstart != 0;

		if (spin(m, &l))
			continue;
		must(!l.starving || !deciding(l.old));
		if (!atomic_cas(&m->state, l.old, wanted(&l))) {
			l.old = atomic_load_relaxed(&m->state);
			continue;
		}
		if (!(l.old & (Locked | Starving)))
			return true;
		if (!again)
			l.waitstart = nanotime();
		// A goroutine that has waited before comes first.
		if (!semacquire1(&m->sema, again, WaitReasonMutexLock, &until))
			return false;
		l.starving = l.starving || nanotime() - l.waitstart > StarvationThreshold;
		l.old = atomic_load_relaxed(&m->state);
		if (l.old & Starving) {
			takehandoff(m, l.starving);
			return true;
		}
		l.awoke = true;
		l.spun = false;
	}
}

static NOINLINE void lockforever(rt_mutex *m)
{
	preemptcheckas("rt_mutex_lock");
	mutexlockslow(m, Never);
}

// Wakes a waiter of a mutex that is free, unless another goroutine has locked it meanwhile.
// Then that one has to decide: usually it runs already, which makes the mutex fast. Inline, and
// so is what it calls, because a function's prologue may yield, and others wait for us.
ALWAYS_INLINE void decide(rt_mutex *m)
{
	uint32_t old = atomic_load_relaxed(&m->state), new;
	bool wake;

	do {
		new = old - (old & Deciding ? Deciding : Duty);
		wake = !(new & (Locked | Woken | Starving));
		if (wake)
			new = (new - OneWaiter) | Woken;
		new = withduty(new);
	} while (!atomic_cas_or_load(&m->state, &old, new));
	if (wake)
		semrelease1(&m->sema, false);
}

// Ends an unlock that leaves a duty or a starving mutex. Anything else is a fatal error: m was
// not locked. NOSPLIT because a prologue may yield, as in decide.
static NOSPLIT NOINLINE void mutexunlockslow(rt_mutex *m)
{
	uint32_t state = atomic_load_relaxed(&m->state);

	if ((state & Unused) || !(deciding(state) || (state & Starving)))
		fatal("sync: unlock of unlocked mutex");
	if (state & Starving)
		semrelease1(&m->sema, true);
	else
		decide(m);
}

// ---- interface ----------------------------------------------------------------------

// With one P, what has it is alone: the runtime's code is not preempted between a load and
// a store, and nobody without a P touches a mutex. That saves the locked instruction, which
// is nearly all that these two cost. They check no stack: they use none.
ALWAYS_INLINE void locknow(rt_mutex *m)
{
	if (likely(!mustlook())) {
		if (onep() && atomic_load_relaxed(lockbyte(m)) == 0) {
			atomic_store_relaxed(lockbyte(m), Locked);
			return;
		}
		if (likely(atomic_cas(lockbyte(m), 0, Locked))) // acquire: pairs with unlock
			return;
	}
	lockforever(m);
}

NOSPLIT void rt_mutex_lock(rt_mutex *m)
{
	if (Debug)
		preemptcheck(); // otherwise lockforever does it, so that there is no frame here
	checkmemory(m, sizeof *m, "a mutex");
	raceuses(m);
	locknow(m);
	raceacquires(m);
}

bool rt_mutex_try_lock(rt_mutex *m)
{
	uint32_t old;
	bool done;

	preemptcheck();
	checkmemory(m, sizeof *m, "a mutex");
	raceuses(m);
	old = atomic_load_relaxed(&m->state);
	done = !(old & (Locked | Starving)) && atomic_cas(&m->state, old, taken(old));
	if (done)
		raceacquires(m);
	return done;
}

int rt_mutex_lock_until(rt_mutex *m, int64_t when)
{
	preemptcheck();
	checkmemory(m, sizeof *m, "a mutex");
	raceuses(m);
	if (!atomic_cas(lockbyte(m), 0, Locked) && !mutexlockslow(m, when))
		return -ETIMEDOUT;
	raceacquires(m);
	return 0;
}

ALWAYS_INLINE void unlocknow(rt_mutex *m)
{
	checkmemory(m, sizeof *m, "a mutex");
	raceuses(m);
	racereleases(m);
	if (onep() && atomic_load_relaxed(lockbyte(m)) == Locked)
		atomic_store_relaxed(lockbyte(m), 0);
	else if (unlikely(atomic_xadd(lockbyte(m), -Locked) != 0)) // release: pairs with lock
		mutexunlockslow(m);
}

// Apart, so that rt_mutex_unlock calls nothing and has no frame.
static NOSPLIT COLD void unlocklooking(rt_mutex *m)
{
	goroutineonly("rt_mutex_unlock");
	unlocknow(m);
}

NOSPLIT void rt_mutex_unlock(rt_mutex *m)
{
	if (unlikely(mustlook()))
		return unlocklooking(m);
	unlocknow(m);
}
