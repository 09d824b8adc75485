// mutex.c - mutual exclusion of goroutines.
//
//	state:	bit 0	locked
//		bit 1	woken: a waiter is awake and tries, no need to wake another
//		bit 2	starving
//		bit 3	deciding: an unlock has dropped it, and looks whether to wake one
//		4..	waiters
//
// In the normal mode a waiter that is woken competes with those who just come, and usually
// loses: they run already. That is fast, and one wake-up serves many lockings. A waiter that
// has waited for more than 1 ms turns the mutex to starving: then unlock hands it to the
// first waiter, and who comes queues up at the end. The waiter that gets it turns it back if
// it is the last, or has waited for less.
//
//	waiters == goroutines in the queue or on their way to it, or (normal mode) one
//	more for each permit that unlock has taken off for a waiter and not yet given
//
// Who is last to lock it may free it as soon as it has unlocked, though another's unlock is
// under way: that one looks at it only while it has it, while it is deciding, or to give a
// permit, which some waiter needs to go on. And while one is deciding there is a waiter, and
// none is let go.
//
// Follows Go's internal/sync/mutex.go, which has no such rule: the collector keeps a mutex.
#include "include/rt.h"
#include "runtime/os/os.h"
#include "runtime/sync/sync.h"

enum {
	Locked = 1, Woken = 2, Starving = 4, Deciding = 8, WaiterShift = 4, OneWaiter = 1 << WaiterShift,
	StarvationThreshold = 1000 * 1000, // ns
	SpinRounds = 4, SpinCount = 30,
};

// Is it worth while to wait for another thread to unlock? Only if one runs beside us, and
// nothing else waits for this P.
static bool canspin(int32_t round)
{
	if (round >= SpinRounds || ncpu <= 1)
		return false;
	if (gomaxprocs <= (int32_t)(atomic_load_relaxed(&sched.npidle) +
	                            atomic_load_relaxed(&sched.nmspinning)) + 1)
		return false;
	return runqempty(getg()->m->p);
}

// The state, when nobody is deciding: that takes a few instructions.
static uint32_t decided(rt_mutex *m, uint32_t old)
{
	for (int32_t round = 0; old & Deciding; round++) {
		if (round < SpinRounds)
			procyield(SpinCount);
		else
			osyield(); // the kernel may have stopped the one who decides
		old = atomic_load_relaxed(&m->state);
	}
	return old;
}

// The deadline has come. Under the root's lock, and no permit is there: if the count of
// waiters has this one still, take it off. If not, an unlock has: its permit will come. In
// the starving mode unlock leaves the count alone: there an unlocked mutex means that the
// permit of the first waiter will come, and a count of 1 that this is the first.
static bool giveup(void *arg)
{
	rt_mutex *m = arg;
	uint32_t old = atomic_load_relaxed(&m->state), new;

	do {
		uint32_t n;

		old = decided(m, old);
		n = old >> WaiterShift;
		if (n == 0 || (n == 1 && (old & Starving) && !(old & Locked)))
			return false;
		new = old - OneWaiter;
		if (n == 1)
			new &= ~(uint32_t)Starving;
	} while (!__atomic_compare_exchange_n(&m->state, &old, new, false, __ATOMIC_SEQ_CST,
	                                      __ATOMIC_RELAXED));
	return true;
}

typedef struct {
	int64_t waitstart;
	bool starving, awoke;
	int32_t round;
	uint32_t old;
} Locking;

// What a look at the state says to do: spin a little, before that.
static bool spin(rt_mutex *m, Locking *l)
{
	uint32_t old = l->old;

	if ((old & (Locked | Starving)) != Locked || !canspin(l->round))
		return false;
	// Tell unlock not to wake another.
	if (!l->awoke && !(old & Woken) && old >> WaiterShift != 0 &&
	    atomic_cas(&m->state, old, old | Woken))
		l->awoke = true;
	procyield(SpinCount);
	l->round++;
	l->old = atomic_load_relaxed(&m->state);
	return true;
}

static uint32_t wanted(const Locking *l)
{
	uint32_t old = l->old, new = old;

	if (!(old & Starving))
		new |= Locked;
	if (old & (Locked | Starving))
		new += OneWaiter;
	if (l->starving && (old & Locked))
		new |= Starving;
	if (l->awoke) {
		if (!(new & Woken))
			throw("sync: inconsistent mutex state");
		new &= ~(uint32_t)Woken;
	}
	return new;
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
	} while (!__atomic_compare_exchange_n(&m->state, &old, new, false, __ATOMIC_SEQ_CST,
	                                      __ATOMIC_RELAXED));
}

static bool lockslow(rt_mutex *m, int64_t when) __attribute__((noinline));
static bool lockslow(rt_mutex *m, int64_t when)
{
	SemaUntil until = { .when = when, .cancel = giveup, .arg = m };
	Locking l = { .old = atomic_load_relaxed(&m->state) };

	for (;;) {
		bool again = l.waitstart != 0;

		if (spin(m, &l))
			continue;
		if (!atomic_cas(&m->state, l.old, wanted(&l))) {
			l.old = atomic_load_relaxed(&m->state);
			continue;
		}
		if (!(l.old & (Locked | Starving)))
			return true;
		if (!again)
			l.waitstart = nanotime();
		// Who has waited before goes first.
		if (!semacquire1(&m->sema, again, WaitReasonMutexLock, &until))
			return false;
		l.starving = l.starving || nanotime() - l.waitstart > StarvationThreshold;
		l.old = atomic_load_relaxed(&m->state);
		if (l.old & Starving) {
			takehandoff(m, l.starving);
			return true;
		}
		l.awoke = true;
		l.round = 0;
	}
}

static void lockforever(rt_mutex *m) __attribute__((noinline));
static void lockforever(rt_mutex *m)
{
	preemptcheck();
	lockslow(m, Never);
}

// It is free, and somebody waits. Wakes one, unless another has locked it meanwhile, who will
// then have to decide: most often one that runs already, which is what makes it fast.
// Inline: a function's prologue may yield, and others wait for us.
ALWAYS_INLINE void decide(rt_mutex *m)
{
	uint32_t old = atomic_load_relaxed(&m->state), new;
	bool wake;

	do {
		wake = !(old & (Locked | Woken | Starving));
		new = old - Deciding;
		if (wake)
			new = (new - OneWaiter) | Woken;
	} while (!__atomic_compare_exchange_n(&m->state, &old, new, false, __ATOMIC_SEQ_CST,
	                                      __ATOMIC_RELAXED));
	if (wake)
		semrelease1(&m->sema, false);
}

// Somebody waits, or something is wrong.
static void unlockslow(rt_mutex *m) __attribute__((noinline));
static void unlockslow(rt_mutex *m)
{
	uint32_t old = atomic_load_relaxed(&m->state), new;
	bool handoff, choose;

	do {
		if (!(old & Locked))
			fatal("sync: unlock of unlocked mutex");
		if (old & Starving)
			old = decided(m, old);
		handoff = old & Starving;
		// Otherwise nobody waits, or somebody is awake, or being chosen.
		choose = !handoff && old >> WaiterShift != 0 && !(old & (Woken | Deciding));
		new = old - Locked + (choose ? Deciding : 0);
	} while (!__atomic_compare_exchange_n(&m->state, &old, new, false, __ATOMIC_SEQ_CST,
	                                      __ATOMIC_RELAXED));
	if (handoff)
		semrelease1(&m->sema, true);
	else if (choose)
		decide(m);
}

// ---- interface ----------------------------------------------------------------------

// With one P, what has it is alone: the runtime's code is not preempted between a load and
// a store, and nobody without a P touches a mutex. That saves the locked instruction, which
// is nearly all that these two cost. They check no stack: they use none.
NOSPLIT void rt_mutex_lock(rt_mutex *m)
{
	if (Stress)
		preemptcheck();
	if (likely(!preemptwanted())) {
		if (gomaxprocs == 1 && atomic_load_relaxed(&m->state) == 0) {
			atomic_store_relaxed(&m->state, Locked);
			return;
		}
		if (likely(atomic_cas(&m->state, 0, Locked)))
			return;
	}
	lockforever(m);
}

bool rt_mutex_try_lock(rt_mutex *m)
{
	uint32_t old;

	preemptcheck();
	old = atomic_load_relaxed(&m->state);
	return !(old & (Locked | Starving)) && atomic_cas(&m->state, old, old | Locked);
}

int rt_mutex_lock_until(rt_mutex *m, int64_t when)
{
	preemptcheck();
	if (atomic_cas(&m->state, 0, Locked))
		return 0;
	return lockslow(m, when) ? 0 : -ETIMEDOUT;
}

NOSPLIT void rt_mutex_unlock(rt_mutex *m)
{
	if (gomaxprocs == 1 && atomic_load_relaxed(&m->state) == Locked)
		atomic_store_relaxed(&m->state, 0);
	else if (unlikely(!atomic_cas(&m->state, Locked, 0)))
		unlockslow(m);
}
