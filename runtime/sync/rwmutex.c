// rwmutex.c - a lock for many readers or one writer.
//
//	state:	bits 0..29	readers that hold it
//		bit 30		a writer holds it
//		bit 31		there are waiters
//
// Without waiters, both kinds lock and unlock by one compare-and-swap. Bit 31 makes all
// of them take the slow path: under the lock of the semaphores' root that the lock hashes to,
// where the waiters are in two queues (the treap's, under addresses within state; there are
// no permits). Only readers leave without that lock, except the last one. The unlocker hands
// over: it counts in the waiters that it removes from a queue, so a deadline has nothing to
// undo (waiter.c: exactly one of the two ends the wait).
//
// Readers do not pass a waiting writer, so writers are not starved; a writer that
// unlocks lets in all readers that wait by then, so readers are not starved either.
//
// Go's sync/rwmutex.go has these rules but another algorithm, which cannot remove a reader or a
// writer whose deadline has passed.
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

#define Readers 0x3fffffffu
#define Writer 0x40000000u
#define Queued 0x80000000u

// The queues' keys. No semaphore's: one that was here before, in memory since freed, may have
// a release under way that looks for its waiters still.
static const void *writers(const rt_rwmutex *m)
{
	return (const char *)&m->state + 1;
}

static const void *readers(const rt_rwmutex *m)
{
	return (const char *)&m->state + 2;
}

static SemaRoot *rootof(const rt_rwmutex *m)
{
	return semroot(&m->state);
}

// ---- handing over, under the root's lock, Queued set --------------------------------

// Replaces the flags and adds readers; the count may fall meanwhile. Returns what was there.
static uint32_t updatestate(rt_rwmutex *m, uint32_t clear, uint32_t set, uint32_t readers)
{
	uint32_t v = atomic_load_relaxed(&m->state);

	while (!atomic_cas_or_load(&m->state, &v, ((v & ~clear) | set) + readers))
		;
	return v;
}

static void admitreaders(rt_rwmutex *m, Gqueue *list)
{
	SemaRoot *root = rootof(m);
	uint32_t n = 0;
	Sudog *s;

	for (; (s = semdequeue(root, readers(m))); n++)
		gqueuePushBack(list, s->g);
	updatestate(m, 0, 0, n);
}

static void admitwriter(rt_rwmutex *m, Gqueue *list)
{
	Sudog *s = semdequeue(rootof(m), writers(m));

	if (s) {
		gqueuePushBack(list, s->g);
		updatestate(m, 0, Writer, 0);
	}
}

// Gives m to the waiters that can have it, unless a writer holds it; clears Queued if none is
// left. readersfirst: a writer has just unlocked.
static void admit(rt_rwmutex *m, bool readersfirst, Gqueue *list)
{
	SemaRoot *root = rootof(m);

	if (readersfirst || !semwaits(root, writers(m))) {
		if (!(atomic_load_relaxed(&m->state) & Writer))
			admitreaders(m, list);
	}
	if ((atomic_load_relaxed(&m->state) & (Readers | Writer)) == 0)
		admitwriter(m, list);
	if (!semwaits(root, writers(m))) {
		// Those that a writer kept out, if its deadline has come.
		if (!(atomic_load_relaxed(&m->state) & Writer))
			admitreaders(m, list);
		if (!semwaits(root, readers(m)))
			updatestate(m, Queued, 0, 0);
	}
}

// Unlocks for a writer, or for the last reader, while Queued is set. It does so under the lock,
// because nobody locks or unlocks m then before admit has run. Without the lock another
// goroutine may have locked, unlocked and freed m before admit.
static void rwunlockslow(rt_rwmutex *m, bool writer)
{
	SemaRoot *root = rootof(m);
	Gqueue list = { 0 };

	lock(&root->lock);
	if (updatestate(m, writer ? Writer : 0, 0, writer ? 0 : -1u) & Queued)
		admit(m, writer, &list);
	unlock(&root->lock);
	readywaiters(&list);
}

// ---- waiting ------------------------------------------------------------------------

// Gives up at the deadline. A writer that does may have kept readers out.
static void withdraw(rt_rwmutex *m, Sudog *s)
{
	SemaRoot *root = rootof(m);
	Gqueue list = { 0 };

	lock(&root->lock);
	if (s->queued)
		semunqueue(root, s);
	if (atomic_load_relaxed(&m->state) & Queued)
		admit(m, false, &list);
	unlock(&root->lock);
	readywaiters(&list);
}

// Waits in the queue. The root's lock is held, and Queued is set.
static bool waitturn(rt_rwmutex *m, SemaRoot *root, const void *queue, WaitReason reason,
                     int64_t when) RELEASES(root->lock);
static bool waitturn(rt_rwmutex *m, SemaRoot *root, const void *queue, WaitReason reason,
                     int64_t when)
{
	Sudog *s = newwaiter(getg(), when != Never);
	bool in = true;

	s->g->waiting = s;
	if (when == Never) {
		semqueue(root, queue, s, false);
		goparkunlock(&root->lock, reason);
	} else {
		beginwait(s->g);
		semqueue(root, queue, s, false);
		in = parkuntil(&root->lock, reason, when);
		if (!in)
			withdraw(m, s);
	}
	getg()->waiting = NULL;
	endwaiter(s);
	return in;
}

// Locks and returns true if the state has no bit of busy: adds by. Otherwise sets Queued, if
// queue: the caller will wait.
static bool tryadd(rt_rwmutex *m, uint32_t busy, uint32_t by, bool queue)
{
	uint32_t v = atomic_load_relaxed(&m->state);

	for (;;) {
		bool go = !(v & busy);
		uint32_t new = go ? v + by : v | Queued;

		if (!go && (!queue || (v & Queued)))
			return false;
		if (atomic_cas_or_load(&m->state, &v, new))
			return go;
	}
}

static bool rwlockslow(rt_rwmutex *m, bool writer, int64_t when)
{
	SemaRoot *root = rootof(m);
	bool wait = when == Never || when > nanotime();

	lock(&root->lock);
	if (writer ? tryadd(m, ~0u, Writer, wait) : tryadd(m, Writer | Queued, 1, wait)) {
		unlock(&root->lock);
		return true;
	}
	if (!wait) {
		unlock(&root->lock);
		return false;
	}
	if (writer)
		return waitturn(m, root, writers(m), WaitReasonRWMutexLock, when);
	return waitturn(m, root, readers(m), WaitReasonRWMutexRLock, when);
}

// ---- interface ----------------------------------------------------------------------

ALWAYS_INLINE bool tryrlock(rt_rwmutex *m)
{
	checkmemory(m, sizeof *m, "an rwmutex");
	raceuses(m);
	return tryadd(m, Writer | Queued, 1, false);
}

ALWAYS_INLINE bool trylock(rt_rwmutex *m)
{
	checkmemory(m, sizeof *m, "an rwmutex");
	raceuses(m);
	return atomic_cas(&m->state, 0, Writer);
}

// Readers come after writers, and writers after both. Returns got.
ALWAYS_INLINE bool rlocked(rt_rwmutex *m, bool got)
{
	if (RACING && got)
		raceafter(writers(m));
	return got;
}

ALWAYS_INLINE bool locked(rt_rwmutex *m, bool got)
{
	if (RACING && got) {
		raceafter(writers(m));
		raceafter(readers(m));
	}
	return got;
}

bool rt_rwmutex_try_rlock(rt_rwmutex *m)
{
	preemptcheck();
	return rlocked(m, tryrlock(m));
}

bool rt_rwmutex_try_lock(rt_rwmutex *m)
{
	preemptcheck();
	return locked(m, trylock(m));
}

void rt_rwmutex_rlock(rt_rwmutex *m)
{
	preemptcheck();
	if (!tryrlock(m))
		rwlockslow(m, false, Never);
	rlocked(m, true);
}

int rt_rwmutex_rlock_until(rt_rwmutex *m, int64_t when)
{
	preemptcheck();
	return rlocked(m, tryrlock(m) || rwlockslow(m, false, when)) ? 0 : -ETIMEDOUT;
}

void rt_rwmutex_lock(rt_rwmutex *m)
{
	preemptcheck();
	if (!trylock(m))
		rwlockslow(m, true, Never);
	locked(m, true);
}

int rt_rwmutex_lock_until(rt_rwmutex *m, int64_t when)
{
	preemptcheck();
	return locked(m, trylock(m) || rwlockslow(m, true, when)) ? 0 : -ETIMEDOUT;
}

ALWAYS_INLINE void runlock(rt_rwmutex *m)
{
	uint32_t v;

	checkmemory(m, sizeof *m, "an rwmutex");
	raceuses(m);
	racereleases(readers(m));
	v = atomic_load_relaxed(&m->state);
	do {
		if (unlikely((v & Readers) == 0))
			fatal("sync: RUnlock of unlocked RWMutex");
		if (unlikely((v & (Queued | Readers)) == (Queued | 1))) {
			rwunlockslow(m, false);
			return;
		}
	} while (!atomic_cas_or_load(&m->state, &v, v - 1));
}

ALWAYS_INLINE void wunlock(rt_rwmutex *m)
{
	checkmemory(m, sizeof *m, "an rwmutex");
	raceuses(m);
	racereleases(writers(m));
	if (likely(atomic_cas(&m->state, Writer, 0)))
		return;
	if (!(atomic_load_relaxed(&m->state) & Writer))
		fatal("sync: Unlock of unlocked RWMutex");
	rwunlockslow(m, true);
}

// Apart, so that the short ways have no frames.
static COLD void rwunlocklooking(rt_rwmutex *m)
{
	goroutineonly("rt_rwmutex_runlock");
	runlock(m);
}

static COLD void wunlocklooking(rt_rwmutex *m)
{
	goroutineonly("rt_rwmutex_unlock");
	wunlock(m);
}

void rt_rwmutex_runlock(rt_rwmutex *m)
{
	if (unlikely(mustlook()))
		return rwunlocklooking(m);
	runlock(m);
}

void rt_rwmutex_unlock(rt_rwmutex *m)
{
	if (unlikely(mustlook()))
		return wunlocklooking(m);
	wunlock(m);
}
