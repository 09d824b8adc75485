// mutex.c - mutexes as ThreadSanitizer knows them: it reports two orders of locking, and which
// locks were held at a race.
//
// To it a mutex is unlocked by the goroutine that has locked it. That need not be so here: what is
// ordered is said apart from that (publish, observe), and of a mutex that another goroutine unlocks
// nothing else is said from then on. A goroutine's list of what it holds, HeldMutexes.held, tells
// the two apart.
// The one that had locked it forgets it at its next lock, since only itself can.
//
// Mutexes on stacks are not shown either: the next call may have another one at that address,
// and which comes first would be mixed up.
//
// lock protects the set of mutexes that were unlocked by others. nhanded is also read without it:
// a goroutine that finds a mutex locked or unlocked by another comes after that.
#include <sched.h>

#include "hosted/wrap.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"

enum { TryLock = 1 << 4, TryLockFailed = 1 << 5, ReadLock = 1 << 3 }; // of __tsan_mutex_*

enum { Reading = 1, Shown = 2, Bits = 3 }; // in HeldMutexes.held, with the mutex's address

enum { MaxHanded = 1024 };

static struct {
	bool lock;
	const void *mutex[MaxHanded]; // a hash table, at most half full
} handed;

static uint32_t nhanded; // only grows

static const void **slot(const void *m)
{
	uintptr_t i = (uintptr_t)m / 4 * 0x9e3779b97f4a7c15 >> 54;

	while (handed.mutex[i] && handed.mutex[i] != m)
		i = (i + 1) % MaxHanded;
	return &handed.mutex[i];
}

// Nothing here yields.
static void lockhanded(void)
{
	while (__atomic_test_and_set(&handed.lock, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void unlockhanded(void)
{
	__atomic_clear(&handed.lock, __ATOMIC_RELEASE);
}

static bool washanded(const void *m)
{
	uint32_t n = __atomic_load_n(&nhanded, __ATOMIC_ACQUIRE);
	bool was;

	if (n == 0 || n > MaxHanded / 2)
		return n > 0;
	lockhanded();
	was = *slot(m) != NULL;
	unlockhanded();
	return was;
}

// The caller unlocks what another goroutine has locked.
static void handover(const void *m)
{
	const void **p;

	lockhanded();
	p = slot(m);
	if (!*p && nhanded <= MaxHanded / 2) {
		*p = m;
		__atomic_store_n(&nhanded, nhanded + 1, __ATOMIC_RELEASE);
	}
	unlockhanded();
}

static void removeheld(HeldMutexes *h, uint32_t i)
{
	h->nheld--;
	for (; i < h->nheld; i++)
		h->held[i] = h->held[i + 1];
}

// Lets the sanitizer forget what others have unlocked for this goroutine. The mutex may not
// exist any more: no access is made.
static void forgethanded(HeldMutexes *h)
{
	uint32_t n = __atomic_load_n(&nhanded, __ATOMIC_ACQUIRE);

	if (h->nhanded == n)
		return;
	h->nhanded = n;
	for (uint32_t i = h->nheld; i-- > 0;) {
		void *m = (void *)(h->held[i] & ~(uintptr_t)Bits);
		unsigned flags = h->held[i] & Reading ? ReadLock : 0;

		if (!(h->held[i] & Shown) || !washanded(m))
			continue;
		removeheld(h, i);
		ignore();
		__tsan_mutex_pre_unlock(m, flags);
		__tsan_mutex_post_unlock(m, flags);
		heed();
	}
}

// The functions from here on are inline, so that reports have the name of rt.h's function.

// Before a lock. Returns whether the sanitizer has been told. A NULL mutex is a fault here.
ALWAYS_INLINE bool locking(const void *m, unsigned flags)
{
	HeldMutexes *h = getg()->m->curg->mutexes;

	if (!__tsan_mutex_pre_lock)
		return false;
	(void)*(volatile const char *)m;
	forgethanded(h);
	if (h->nheld == MaxHeld || onstack(m) || washanded(m))
		return false;
	__tsan_mutex_pre_lock((void *)m, flags);
	return true;
}

// After it. got: it is locked.
ALWAYS_INLINE void locked(const void *m, unsigned flags, bool shown, bool got)
{
	HeldMutexes *h = getg()->m->curg->mutexes;

	if (shown)
		__tsan_mutex_post_lock((void *)m, flags | (got ? 0 : TryLockFailed), 0);
	if (!__tsan_mutex_post_lock || !got)
		return;
	if (h->nheld == MaxHeld)
		h->more++;
	else
		h->held[h->nheld++] = (uintptr_t)m | (flags & ReadLock ? Reading : 0) |
		                      (shown ? Shown : 0);
}

// Before an unlock. Returns whether the sanitizer has been told.
ALWAYS_INLINE bool unlocking(const void *m, unsigned flags)
{
	uintptr_t wanted = (uintptr_t)m | (flags & ReadLock ? Reading : 0);
	HeldMutexes *h = getg()->m->curg->mutexes;

	if (!__tsan_mutex_pre_unlock)
		return false;
	(void)*(volatile const char *)m;
	for (uint32_t i = h->nheld; i-- > 0;) {
		bool shown = h->held[i] & Shown;

		if ((h->held[i] & ~(uintptr_t)Shown) != wanted)
			continue;
		removeheld(h, i);
		if (shown)
			__tsan_mutex_pre_unlock((void *)m, flags);
		return shown;
	}
	if (h->more > 0)
		h->more--;
	else
		handover(m);
	return false;
}

ALWAYS_INLINE void unlocked(const void *m, unsigned flags, bool shown)
{
	if (shown)
		__tsan_mutex_post_unlock((void *)m, flags);
}

// What waits until a deadline is no deadlock.
static unsigned until(int64_t when)
{
	return when == INT64_MAX ? 0 : TryLock;
}

// ---- rt_mutex -------------------------------------------------------------------------

VOID(rt_mutex_lock, (rt_mutex *m), (m),
      bool shown = locking(m, 0), locked(m, 0, shown, true); observe(m))
VALUE(rt_mutex_lock_until, int, (rt_mutex *m, int64_t when), (m, when),
      bool shown = locking(m, until(when)),
      locked(m, until(when), shown, r == 0); if (r == 0) observe(m))
VALUE(rt_mutex_try_lock, bool, (rt_mutex *m), (m),
      bool shown = locking(m, TryLock), locked(m, TryLock, shown, r); if (r) observe(m))
VOID(rt_mutex_unlock, (rt_mutex *m), (m),
      publish(m); bool shown = unlocking(m, 0), unlocked(m, 0, shown))

// ---- rt_rwmutex -----------------------------------------------------------------------

// Two addresses: readers come after writers, and writers after both.
static const void *readers(const rt_rwmutex *m)
{
	return (const char *)m + 1;
}

ALWAYS_INLINE void rlocked(const rt_rwmutex *m, unsigned flags, bool shown, bool got)
{
	locked(m, flags, shown, got);
	if (got)
		observe(m);
}

ALWAYS_INLINE void wlocked(const rt_rwmutex *m, unsigned flags, bool shown, bool got)
{
	rlocked(m, flags, shown, got);
	if (got)
		observe(readers(m));
}

VOID(rt_rwmutex_rlock, (rt_rwmutex *m), (m),
      bool shown = locking(m, ReadLock), rlocked(m, ReadLock, shown, true))
VALUE(rt_rwmutex_rlock_until, int, (rt_rwmutex *m, int64_t when), (m, when),
      bool shown = locking(m, ReadLock | until(when)),
      rlocked(m, ReadLock | until(when), shown, r == 0))
VALUE(rt_rwmutex_try_rlock, bool, (rt_rwmutex *m), (m),
      bool shown = locking(m, ReadLock | TryLock),
      rlocked(m, ReadLock | TryLock, shown, r))
VOID(rt_rwmutex_runlock, (rt_rwmutex *m), (m),
      publish(readers(m)); bool shown = unlocking(m, ReadLock),
      unlocked(m, ReadLock, shown))
VOID(rt_rwmutex_lock, (rt_rwmutex *m), (m),
      bool shown = locking(m, 0), wlocked(m, 0, shown, true))
VALUE(rt_rwmutex_lock_until, int, (rt_rwmutex *m, int64_t when), (m, when),
      bool shown = locking(m, until(when)), wlocked(m, until(when), shown, r == 0))
VALUE(rt_rwmutex_try_lock, bool, (rt_rwmutex *m), (m),
      bool shown = locking(m, TryLock), wlocked(m, TryLock, shown, r))
VOID(rt_rwmutex_unlock, (rt_rwmutex *m), (m),
      publish(m); bool shown = unlocking(m, 0), unlocked(m, 0, shown))

// ---- rt_cond --------------------------------------------------------------------------

// The mutex orders; a signal does not.
ALWAYS_INLINE void waiting(const rt_mutex *m)
{
	publish(m);
	unlocked(m, 0, unlocking(m, 0));
}

ALWAYS_INLINE void waited(const rt_mutex *m)
{
	locked(m, 0, locking(m, 0), true);
	observe(m);
}

VOID(rt_cond_wait, (rt_cond *c), (c), rt_mutex *l = c->l; waiting(l), waited(l))
VALUE(rt_cond_wait_until, int, (rt_cond *c, int64_t when), (c, when),
      rt_mutex *l = c->l; waiting(l), waited(l))
